namespace Wsmq;

/// <content>State of users and groups.</content>
public sealed partial class WsmqClient
{
    /// <summary>
    /// Raised when the state of a source was handled (<see cref="WsmqSendOptions.StateKey"/>), also if there was none, before the log of the
    /// source goes on: to a device that has acknowledged nothing of the source yet, after <see cref="ResumeAsync"/> from the start, and before
    /// a <see cref="Gap"/> of removed entries.
    /// </summary>
    public event EventHandler<WsmqStateCompleteEventArgs>? StateComplete
    {
        add => _events.StateComplete += value;
        remove => _events.StateComplete -= value;
    }

    /// <summary>
    /// Registers the handler for removals of state: the messages of <see cref="RemoveStateAsync"/>, which other handlers do not get. They are
    /// handled in their order with all other messages of the source, acknowledged, and repeated when the handler throws. Without this
    /// handler they are acknowledged.
    /// </summary>
    /// <param name="handler">The handler. Its cancellation token is cancelled when the client stops.</param>
    /// <returns>Dispose it to remove the handler.</returns>
    /// <exception cref="InvalidOperationException">
    /// There is already such a handler, or messages are being read with <see cref="ReadAllAsync"/>.
    /// </exception>
    public IDisposable OnStateRemoved(Func<WsmqStateRemoval, CancellationToken, Task> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return _handlers.AddRemoval(handler);
    }

    /// <summary>
    /// Removes what is stored for a key of the state of an address (<see cref="WsmqSendOptions.StateKey"/>). The removal is a message without
    /// a body: readers get it in the order of the log (<see cref="OnStateRemoved"/>), also if nothing was stored for the key. It is sent and
    /// retried as any other message.
    /// </summary>
    /// <param name="address">The user or the group.</param>
    /// <param name="key">The key.</param>
    /// <param name="options">
    /// What else the message has, such as a delay (the state ends at that time) or an expected tail; may be null. Its state key is not used; a time
    /// to live and what only a job has (key, unique id, priority) are refused with <c>invalid-message</c>.
    /// </param>
    /// <param name="cancellationToken">Ends the wait. A removal in flight may be stored nevertheless.</param>
    /// <returns>The receipt, with the position of the removal in the log of the address.</returns>
    /// <inheritdoc cref="SendAsync(WsmqOutgoingMessage, CancellationToken)" path="/exception"/>
    public Task<WsmqReceipt> RemoveStateAsync(
        WsmqAddress address, string key, WsmqSendOptions? options = null, CancellationToken cancellationToken = default) =>
        SendAsync(OutgoingRemoval.Of(address, key, options), cancellationToken);
}
