namespace Wsmq.Faults.Checking;

/// <summary>The result of checking a history. Deliveries, losses and gaps count once per device.</summary>
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

    /// <summary>
    /// Messages lost with the tail of a primary whose replica had not received it, and that no feed had read. Only a failover may lose any.
    /// </summary>
    public int FailoverLost { get; set; }

    /// <summary>Resources that exceed the baseline, clients that do not connect, and sends without an outcome.</summary>
    public int Leaks { get; private set; }

    /// <summary>Live pushes that were sent.</summary>
    public int LivePushes { get; set; }

    /// <summary>First deliveries of a live push to a device.</summary>
    public int LiveDelivered { get; set; }

    /// <summary>Live pushes that a connected device did not receive. Delivery is not guaranteed.</summary>
    public int LiveMissed { get; set; }

    /// <summary>Repeated deliveries of a live push during or shortly after a failover.</summary>
    public int LiveAgain { get; set; }

    /// <summary>Live pushes delivered to a device that they were not for, or that were never sent.</summary>
    public int LiveWrong { get; private set; }

    /// <summary>Repeated deliveries of a live push without a failover.</summary>
    public int LiveTwice { get; private set; }

    /// <summary>Jobs with a receipt.</summary>
    public int Jobs { get; set; }

    public int JobsCompleted { get; set; }

    /// <summary>Jobs that are dead letters at the end.</summary>
    public int JobsDead { get; set; }

    /// <summary>Jobs that are neither completed nor dead letters at the end.</summary>
    public int JobsLost { get; private set; }

    /// <summary>Attempts that began while another one of the same job had a lease, or after the job was completed.</summary>
    public int JobsUnleased { get; private set; }

    /// <summary>Attempts that began before the time of their job.</summary>
    public int JobsEarly { get; private set; }

    /// <summary>Jobs that began after a later one of their key.</summary>
    public int JobsOutOfKeyOrder { get; private set; }

    /// <summary>
    /// Jobs, grants and completions that were lost with the tail of a primary, and attempts that were therefore repeated. Only a failover
    /// may cause any.
    /// </summary>
    public int JobsRolledBack { get; set; }

    /// <summary>Keys whose newest message at a device is another one than in the store.</summary>
    public int StateApart { get; private set; }

    /// <summary>Occurrences of the recurring job with a job that began.</summary>
    public int Occurrences { get; set; }

    public int OccurrencesLost { get; private set; }

    /// <summary>Occurrences with two jobs.</summary>
    public int OccurrencesTwice { get; private set; }

    public int Requests { get; set; }

    public int RequestsAnswered { get; set; }

    /// <summary>Requests without an outcome in their time.</summary>
    public int RequestsOpen { get; private set; }

    /// <summary>Requests to a user or a group that were handled twice, and replies to another request or to none that was handled.</summary>
    public int RequestsWrong { get; private set; }

    /// <summary>Addresses whose presence a client or a node saw otherwise than it was.</summary>
    public int PresenceWrong { get; private set; }

    /// <summary>Messages that a device did not get, because it has a filter, or because another device of the user has handled them.</summary>
    public int Skipped { get; set; }

    /// <summary>Messages that a device got although it has a filter.</summary>
    public int SkipsWrong { get; private set; }

    /// <summary>Tracked messages with a receipt.</summary>
    public int Tracked { get; set; }

    /// <summary>Those that are acknowledged at the end by at least one reader.</summary>
    public int TrackedAcknowledged { get; set; }

    /// <summary>States of readers that are not what happened, in a way that the guarantees allow; and records that a failover has lost.</summary>
    public int StatusUnsure { get; set; }

    /// <summary>States of tracked messages, or of one for a reader, that contradict what happened.</summary>
    public int StatusWrong { get; private set; }

    /// <summary>Messages with a place in a sequence and a receipt.</summary>
    public int Sequenced { get; set; }

    /// <summary>Repeats of them that were recognized.</summary>
    public int SequenceRepeats { get; set; }

    /// <summary>Places that the store did not know any more, as a failover has lost them.</summary>
    public int SequencesRolledBack { get; set; }

    /// <summary>Places that have two messages or positions, or are out of order, and answers that contradict what was told before.</summary>
    public int SequencesWrong { get; private set; }

    public IReadOnlyList<string> Violations => _violations;

    public void AddLost(string text) => Lost += Add("lost", text);

    public void AddDuplicated(string text) => Duplicated += Add("duplicated", text);

    public void AddReordered(string text) => Reordered += Add("reordered", text);

    public void AddGapSilent(string text) => GapsSilent += Add("silent gap", text);

    public void AddLiveWrong(string text) => LiveWrong += Add("live push to the wrong one", text);

    public void AddLiveTwice(string text) => LiveTwice += Add("live push twice", text);

    public void AddJobsLost(string text) => JobsLost += Add("job lost", text);

    public void AddJobsUnleased(string text) => JobsUnleased += Add("job without a lease", text);

    public void AddJobsEarly(string text) => JobsEarly += Add("job before its time", text);

    public void AddJobsOutOfKeyOrder(string text) => JobsOutOfKeyOrder += Add("job out of order", text);

    public void AddStateApart(string text) => StateApart += Add("state apart", text);

    public void AddOccurrenceLost(string text) => OccurrencesLost += Add("occurrence lost", text);

    public void AddOccurrenceTwice(string text) => OccurrencesTwice += Add("occurrence twice", text);

    public void AddRequestOpen(string text) => RequestsOpen += Add("request without an outcome", text);

    public void AddRequestWrong(string text) => RequestsWrong += Add("request", text);

    public void AddPresenceWrong(string text) => PresenceWrong += Add("presence", text);

    public void AddSkipWrong(string text) => SkipsWrong += Add("skip", text);

    public void AddStatusWrong(string text) => StatusWrong += Add("status", text);

    public void AddSequenceWrong(string text) => SequencesWrong += Add("sequence", text);

    public void AddLeak(string text) => Leaks += Add("left over", text);

    private int Add(string kind, string text)
    {
        _violations.Add($"{kind}: {text}");
        return 1;
    }
}
