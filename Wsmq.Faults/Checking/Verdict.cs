namespace Wsmq.Faults.Checking;

/// <summary>What a history shows. Deliveries, losses and gaps count once for each device.</summary>
internal sealed class Verdict
{
    private readonly List<string> _violations = [];

    public int Faults { get; set; }

    public int Sent { get; set; }

    public int Receipted { get; set; }

    public int Delivered { get; set; }

    public int Lost { get; private set; }

    public int Duplicated { get; private set; }

    public int Reordered { get; private set; }

    public int GapsAnnounced { get; set; }

    public int GapsSilent { get; private set; }

    /// <summary>Lost with the tail of a master whose replica had not received it, and seen by no feed: allowed, and in that fault alone.</summary>
    public int FailoverLost { get; set; }

    /// <summary>What is not as it was at the beginning, and sends that nobody answered.</summary>
    public int Leaks { get; private set; }

    /// <summary>Live pushes that were made.</summary>
    public int LivePushes { get; set; }

    /// <summary>How often one came to a device for the first time.</summary>
    public int LiveDelivered { get; set; }

    /// <summary>How often one did not come to a device that was connected when it was made: nobody is promised that it does.</summary>
    public int LiveMissed { get; set; }

    /// <summary>How often one came again once there had been a failover.</summary>
    public int LiveAgain { get; set; }

    /// <summary>Live pushes that came to a device that they were not for.</summary>
    public int LiveWrong { get; private set; }

    /// <summary>Live pushes that came twice without a failover.</summary>
    public int LiveTwice { get; private set; }

    public IReadOnlyList<string> Violations => _violations;

    public void AddLost(string text) => Lost += Add("lost", text);

    public void AddDuplicated(string text) => Duplicated += Add("duplicated", text);

    public void AddReordered(string text) => Reordered += Add("reordered", text);

    public void AddGapSilent(string text) => GapsSilent += Add("silent gap", text);

    public void AddLiveWrong(string text) => LiveWrong += Add("live push to the wrong one", text);

    public void AddLiveTwice(string text) => LiveTwice += Add("live push twice", text);

    public void AddLeak(string text) => Leaks += Add("left over", text);

    private int Add(string kind, string text)
    {
        _violations.Add($"{kind}: {text}");
        return 1;
    }
}
