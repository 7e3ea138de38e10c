using System.Runtime.CompilerServices;

namespace Wsmq;

/// <content>Tracked messages: what has become of what this user has sent.</content>
public sealed partial class WsmqClient
{
    /// <summary>
    /// Raised when something has become of a message that this user has sent with <see cref="WsmqSendOptions.Track"/>: it was delivered,
    /// acknowledged, expired, dead-lettered, lost or skipped. An event may be lost, as while there is no connection, and tells of messages that
    /// were sent, or asked for, over the node of this connection last: to know the outcome of one use <see cref="WaitForAsync"/>, and after a reconnect
    /// <see cref="TrackedAsync"/>.
    /// </summary>
    public event EventHandler<WsmqStatusChangedEventArgs>? StatusChanged
    {
        add => _events.StatusChanged += value;
        remove => _events.StatusChanged -= value;
    }

    /// <summary>
    /// Waits until a tracked message has reached a state, or another one that is final (<see cref="WsmqMessageStatus.IsFinal"/>): a message that
    /// expires is not acknowledged any more. Waits over reconnects, however long there is no connection, until the client is stopped.
    /// </summary>
    /// <param name="to">The address of the message.</param>
    /// <param name="receipt">Its receipt.</param>
    /// <param name="state">
    /// <see cref="WsmqDeliveryState.Delivered"/> or <see cref="WsmqDeliveryState.Acknowledged"/>: by the first reader; of a group, by the first
    /// member.
    /// </param>
    /// <param name="timeout">How long to wait; null without a limit.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The status: look at its <see cref="WsmqMessageStatus.State"/>, which may be another final one.</returns>
    /// <exception cref="TimeoutException">The message has not reached the state in time.</exception>
    /// <exception cref="WsmqException">
    /// <c>invalid-message</c>: the message is not tracked, its status is not stored any more, or it was cancelled before its time;
    /// <c>client-closed</c>: the client is not started, or was stopped.
    /// </exception>
    public async Task<WsmqMessageStatus> WaitForAsync(
        WsmqAddress to, WsmqReceipt receipt, WsmqDeliveryState state, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(receipt);
        using var limit = new CancellationTokenSource(timeout ?? Timeout.InfiniteTimeSpan, _options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var wait = new StatusWait(stop => StatusAsync(to, receipt.Position, receipt.Id, stop), _events, () => State != WsmqClientState.Stopped, _options.TimeProvider)
        {
            To = to.ToString(), Position = receipt.Position, Id = receipt.Id, WaitsUntil = StatusWait.WaitOf(receipt),
        };
        try
        {
            return await wait.RunAsync(state, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The message to {to} was not {state} within {timeout}.");
        }
    }

    /// <summary>
    /// Returns what has become of a message that this user has sent with <see cref="WsmqSendOptions.Track"/>. Waits for a connection, as
    /// <see cref="Queues"/> does.
    /// </summary>
    /// <param name="to">The address of the message.</param>
    /// <param name="position">Its position, which its receipt has.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>
    /// The status; null if the message is not tracked or not of this user, still waits for its time, or is older than the server stores its status.
    /// </returns>
    /// <exception cref="WsmqException">
    /// <c>invalid-address</c>; <c>client-closed</c> if the client was stopped or got no connection in time, and <c>outcome-unknown</c> if there is
    /// no answer.
    /// </exception>
    public Task<WsmqMessageStatus?> GetStatusAsync(WsmqAddress to, WsmqPosition position, CancellationToken cancellationToken = default) =>
        StatusAsync(to, position.ToString(), string.Empty, cancellationToken);

    /// <summary>The same by the id of the message, which the receipt of a message with a delay has as well.</summary>
    /// <param name="to">The address of the message.</param>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <inheritdoc cref="GetStatusAsync(WsmqAddress, WsmqPosition, CancellationToken)" path="/returns|/exception"/>
    public Task<WsmqMessageStatus?> GetStatusAsync(WsmqAddress to, string id, CancellationToken cancellationToken = default) =>
        StatusAsync(to, string.Empty, id, cancellationToken);

    /// <summary>Returns the tracked messages that this user has sent to an address, the oldest first, page by page as they are needed.</summary>
    /// <param name="to">The address.</param>
    /// <param name="after">The position after which they begin; null for all whose status is stored.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    /// <inheritdoc cref="GetStatusAsync(WsmqAddress, WsmqPosition, CancellationToken)" path="/exception"/>
    public async IAsyncEnumerable<WsmqMessageStatus> TrackedAsync(
        WsmqAddress to, WsmqPosition? after = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var last = after?.ToString();
        while (true)
        {
            var call = new HubCall(nameof(IWsmqHub.TrackedMessages), [to.ToString(), last], CanRepeat: true);
            var page = await Run.Calls.CallAsync<WsmqMessageStatus[]>(call, cancellationToken).ConfigureAwait(false);
            foreach (var status in page)
                yield return status;
            if (page.Length == 0)
                yield break;
            last = page[^1].Position;
        }
    }

    /// <summary>
    /// Returns the readers for which something has become of a tracked message of this user, by name, page by page as they are needed: the devices
    /// of a user, or the members of a group.
    /// </summary>
    /// <param name="to">The address of the message.</param>
    /// <param name="position">Its position.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    /// <inheritdoc cref="GetStatusAsync(WsmqAddress, WsmqPosition, CancellationToken)" path="/exception"/>
    public async IAsyncEnumerable<WsmqReaderStatus> ReadersOfAsync(
        WsmqAddress to, WsmqPosition position, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        string? last = null;
        while (true)
        {
            var call = new HubCall(nameof(IWsmqHub.MessageReaders), [to.ToString(), position.ToString(), last], CanRepeat: true);
            var page = await Run.Calls.CallAsync<WsmqReaderStatus[]>(call, cancellationToken).ConfigureAwait(false);
            foreach (var reader in page)
                yield return reader;
            if (page.Length == 0)
                yield break;
            last = page[^1].Device ?? page[^1].User;
        }
    }

    private Task<WsmqMessageStatus?> StatusAsync(WsmqAddress to, string position, string id, CancellationToken cancellationToken) =>
        Run.Calls.CallAsync<WsmqMessageStatus?>(
            new HubCall(
                nameof(IWsmqHub.MessageStatus),
                position.Length > 0 ? [to.ToString(), position, null] : [to.ToString(), null, id], CanRepeat: true),
            cancellationToken);
}
