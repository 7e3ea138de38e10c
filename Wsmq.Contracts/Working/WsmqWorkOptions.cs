namespace Wsmq;

/// <summary>How a process works on the jobs of a queue.</summary>
public class WsmqWorkOptions
{
    /// <summary>How many jobs it works on at a time. Default 8; 1 to 1,000.</summary>
    public int Concurrency { get; set; } = 8;

    /// <summary>
    /// How long handlers may go on when the app or the client stops. After that their token is cancelled, and they have 5 seconds to return;
    /// then their jobs are handed back, uncounted, although they may still run here. Default 20 seconds; 0 to 1 day. In the app, the host's
    /// shutdown timeout is raised to allow for it.
    /// </summary>
    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// How long a job of a type without a handler here waits before it is given out again, perhaps to a newer worker. Default 30 seconds; 1
    /// second to 1 day.
    /// </summary>
    public TimeSpan UnknownTypeDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a job of a type that no worker handles is kept, from its storing or from when this worker first saw the type, whichever is
    /// later; then it becomes a dead letter. Default 1 day; 0 to 1 year.
    /// </summary>
    public TimeSpan UnknownTypeTimeout { get; set; } = TimeSpan.FromDays(1);

    internal WsmqWorkOptions Copy() => (WsmqWorkOptions)MemberwiseClone();
}
