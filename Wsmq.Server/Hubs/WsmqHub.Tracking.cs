namespace Wsmq;

/// <content>Tracked messages.</content>
public sealed partial class WsmqHub
{
    /// <inheritdoc cref="IWsmqHub.MessageStatus"/>
    public Task<WsmqMessageStatus?> MessageStatus(WsmqTextArgument to, WsmqTextArgument position, WsmqTextArgument id) =>
        _reads.Tracking.StatusAsync(Begin().Call, to.Value, position.Value, id.Value, isTold: true);

    /// <inheritdoc cref="IWsmqHub.TrackedMessages"/>
    public Task<WsmqMessageStatus[]> TrackedMessages(WsmqTextArgument to, WsmqTextArgument after) =>
        _reads.Tracking.ListAsync(Begin().Call, to.Value, after.Value);

    /// <inheritdoc cref="IWsmqHub.MessageReaders"/>
    public Task<WsmqReaderStatus[]> MessageReaders(WsmqTextArgument to, WsmqTextArgument position, WsmqTextArgument after) =>
        _reads.Tracking.ReadersAsync(Begin().Call, to.Value, position.Value, after.Value);
}
