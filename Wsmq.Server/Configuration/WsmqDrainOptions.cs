namespace Wsmq;

/// <summary>How a node that is told to stop sends its clients elsewhere.</summary>
public sealed class WsmqDrainOptions
{
    private TimeSpan? _timeout;

    /// <summary>
    /// The longest that draining takes, the <see cref="ReadinessDelay"/> included; with nobody connected it ends at once. What is in
    /// hand is stored behind it, within <see cref="WsmqOptions.SendTimeout"/>, and the host's shutdown time-out is raised to the sum
    /// of the two where it is less. Zero does not drain: all connections are closed at once, and have a second at most to hear of
    /// it. Default 20 seconds, and zero in the environment Development, where nobody is to wait for an open tab; 0 to 1 hour.
    /// </summary>
    public TimeSpan Timeout
    {
        get => _timeout ?? DefaultTimeout;
        set => _timeout = value;
    }

    /// <summary>What holds where nobody set it.</summary>
    internal TimeSpan DefaultTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Over how much time clients are told to leave, and those that did not are closed, so that they do not all reach the other
    /// nodes at one moment; cut to two fifths of what the time-out leaves. Default 5 seconds; 0 to 10 minutes.
    /// </summary>
    public TimeSpan Spread { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long the node only says that it is not ready, and still takes connections, so that a load balancer can notice. Default
    /// 1 second; 0 up to <see cref="Timeout"/>.
    /// </summary>
    public TimeSpan ReadinessDelay { get; set; } = TimeSpan.FromSeconds(1);
}
