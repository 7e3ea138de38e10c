namespace Wsmq.Benchmarks.Load;

/// <summary>The users and senders, which are spread evenly over the nodes.</summary>
internal sealed record CrowdPlan(int Users, int Senders, int Window, int BodyBytes = CrowdPlan.UsualBodyBytes, bool Group = false)
{
    public const int UsualBodyBytes = 128;

    /// <summary>
    /// Whether receivers acknowledge on a timer as well. Otherwise the number of acks does not depend on the duration of the run.
    /// </summary>
    public bool TimedAcks { get; init; } = true;

    /// <summary>The number of concurrent connects.</summary>
    public int ParallelConnects { get; init; } = 64;

    /// <summary>
    /// Of 100 users, how many have a second device that was connected once and is away: what is sent to them must be kept, as their first
    /// device alone does not consume it.
    /// </summary>
    public int AwayPercent { get; init; }

    /// <summary>How invocations are written when an answer frees the window.</summary>
    public InvocationWrites Writes { get; init; }

    /// <summary>The number of deliveries per message.</summary>
    public int Copies => Group ? Users : 1;
}

/// <summary>How invocations are written when an answer frees the window. A stream item always carries several messages.</summary>
internal enum InvocationWrites
{
    /// <summary>Together in one WebSocket message, like SignalR's .NET client.</summary>
    Together = 0,

    /// <summary>Each in its own WebSocket message, like SignalR's JavaScript client.</summary>
    Each = 1,
}
