namespace Wsmq;

/// <summary>Data of <see cref="WsmqClient.StatusChanged"/>: something has become of a tracked message of this user.</summary>
/// <param name="status">The new status.</param>
public sealed class WsmqStatusChangedEventArgs(WsmqMessageStatus status) : EventArgs
{
    /// <summary>
    /// The new status of the message. Its <see cref="WsmqMessageStatus.Readers"/> are those for which something has changed.
    /// </summary>
    public WsmqMessageStatus Status { get; } = status;
}
