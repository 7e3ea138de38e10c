namespace Wsmq;

/// <summary>How a stopping node moves its clients to other nodes.</summary>
public sealed class WsmqDrainOptions
{
    private TimeSpan? _timeout;

    /// <summary>
    /// The maximum duration of the drain, including <see cref="ReadinessDelay"/>. The drain ends at once if no client is connected.
    /// Accepted sends are stored afterwards, within <see cref="WsmqPublishOptions.SendTimeout"/>; a shorter shutdown timeout of the host is
    /// raised to the sum of the two. Zero disables the drain: all connections are closed at once, and their clients have at most one
    /// second to receive the close message. Default 20 seconds, and zero in the Development environment, where a stop should not wait
    /// for an open browser tab; 0 to 1 hour.
    /// </summary>
    public TimeSpan Timeout
    {
        get => _timeout ?? DefaultTimeout;
        set => _timeout = value;
    }

    /// <summary>The value of <see cref="Timeout"/> if the app does not set it.</summary>
    internal TimeSpan DefaultTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// The time over which clients are asked to reconnect elsewhere, and over which the remaining connections are closed later, so that
    /// the clients do not all reach the other nodes at the same moment. Limited to two fifths of the part of <see cref="Timeout"/> that
    /// remains after <see cref="ReadinessDelay"/>. Default 5 seconds; 0 to 10 minutes.
    /// </summary>
    public TimeSpan Spread { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long the node reports that it is not ready but still accepts connections, so that a load balancer can react. Default
    /// 1 second; 0 to 10 minutes, and at most <see cref="Timeout"/>, unless that is zero.
    /// </summary>
    public TimeSpan ReadinessDelay { get; set; } = TimeSpan.FromSeconds(1);
}
