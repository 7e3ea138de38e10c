namespace Wsmq.Benchmarks.Load;

/// <summary>Who takes part: users and senders are spread evenly over the nodes.</summary>
internal sealed record CrowdPlan(int Users, int Senders, int Window, int BodyBytes = CrowdPlan.UsualBodyBytes, bool Group = false)
{
    public const int UsualBodyBytes = 128;

    /// <summary>
    /// Whether receivers acknowledge by the clock as well. Where acks are counted they do not: how many there are would tell how
    /// long the run took.
    /// </summary>
    public bool TimedAcks { get; init; } = true;

    /// <summary>How many deliveries a message has.</summary>
    public int Copies => Group ? Users : 1;
}
