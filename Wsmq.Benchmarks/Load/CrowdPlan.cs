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

    /// <summary>How many connect at the same time.</summary>
    public int ParallelConnects { get; init; } = 64;

    /// <summary>How invocations leave for which an answer made room.</summary>
    public InvocationWrites Writes { get; init; }

    /// <summary>How many deliveries a message has.</summary>
    public int Copies => Group ? Users : 1;
}

/// <summary>How invocations leave for which an answer made room; a stream's item is one message of many in any case.</summary>
internal enum InvocationWrites
{
    /// <summary>In one WebSocket message, as from SignalR's .NET client.</summary>
    Together = 0,

    /// <summary>Each in a WebSocket message of its own, as from SignalR's JavaScript client.</summary>
    Each = 1,
}
