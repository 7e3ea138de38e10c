namespace Wsmq;

/// <content>Presence.</content>
public sealed partial class WsmqClient
{
    /// <summary>
    /// Watches who is online: a user, or the members of a group. Works before the start and over all connections, until it is disposed. By
    /// default a user may watch itself and the groups that it reads, and only where the server has enabled presence.
    /// </summary>
    /// <param name="address">A user or a group.</param>
    /// <exception cref="ArgumentException">The address is a work queue.</exception>
    /// <exception cref="ObjectDisposedException">The client is disposed.</exception>
    public WsmqPresenceWatch WatchPresence(WsmqAddress address)
    {
        if (address.Kind == WsmqAddressKind.Work)
            throw new ArgumentException("A work queue has no presence.", nameof(address));
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _parts.Presence.Watch(address);
    }

    /// <summary>
    /// Sets what others see of this connection. It ends with the connection; the client sets it again on the next one, until it is called
    /// again. Before the start, and while there is no connection, the call waits for one.
    /// </summary>
    /// <param name="away">Whether the user is away from this device.</param>
    /// <param name="data">
    /// What others see beside the device, such as a status text or whether the user types: any JSON, of at most 512 bytes by default; null for
    /// nothing.
    /// </param>
    /// <param name="cancellationToken">Cancels the wait; the value stays set.</param>
    /// <exception cref="WsmqException">
    /// A final refusal, such as <c>presence-not-allowed</c> or <c>invalid-message</c>; <c>client-closed</c>: the client was stopped meanwhile.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The client is disposed.</exception>
    public Task SetPresenceAsync(bool away, WsmqJsonBody? data = null, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _parts.Presence.SetAsync(away, data).WaitAsync(cancellationToken);
    }

    /// <summary>Returns the presence of users. Waits for a connection, as <see cref="Queues"/> does.</summary>
    /// <param name="users">The identifiers of the users, at most 200.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>The presence of each, in the same order.</returns>
    /// <exception cref="WsmqException">
    /// <c>presence-not-allowed</c> if the user may not see one of them, and other refusals; <c>client-closed</c>: there was no connection in
    /// time.
    /// </exception>
    public async Task<IReadOnlyList<WsmqUserPresence>> GetPresenceAsync(
        IReadOnlyCollection<string> users, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(users);
        var call = new HubCall(nameof(IWsmqHub.GetPresence), [users.ToArray()], CanRepeat: true);
        return await Run.Calls.CallAsync<WsmqUserPresence[]>(call, cancellationToken).ConfigureAwait(false);
    }
}
