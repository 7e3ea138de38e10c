namespace Wsmq;

/// <summary>
/// Keeps tokens and users out. Everything is kept in the store, so that it holds for all nodes and outlives them; connections that
/// are concerned close on every node, as a rule within a second, and a closed client is told why. A call that completed is in the
/// store, and done on this node. All methods throw <see cref="WsmqException"/> with <c>store-unavailable</c> (repeat the call), and
/// with <c>store-full</c> beyond <see cref="WsmqAccessOptions.MaxRules"/>.
/// </summary>
public interface IWsmqAccess
{
    /// <summary>Revokes one token. Its connections close with 1006 <c>revoked</c>, and it is refused from now on.</summary>
    /// <param name="tokenId">The value of the token's claim <see cref="WsmqAccessOptions.TokenIdClaim"/>; 1 to 512 characters.</param>
    /// <param name="expires">
    /// When the token expires: the revocation is forgotten ten minutes later, because validators allow for clocks that differ. Null
    /// where it is not known: then <see cref="WsmqAccessOptions.MaxTokenLifetime"/> from now.
    /// </param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="ArgumentException">The id is empty or too long.</exception>
    Task RevokeTokenAsync(string tokenId, DateTimeOffset? expires = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Revokes all tokens of a user that were issued before a time, by their claim <see cref="WsmqAccessOptions.IssuedAtClaim"/>. Their
    /// connections close with 1006 <c>revoked</c>. A connection without the claim counts as issued when it connected: it closes now,
    /// and the same token may connect again. Who issues such tokens bans the user, or revokes by the token's id.
    /// </summary>
    /// <param name="userId">The user's identifier.</param>
    /// <param name="issuedBefore">The time; null or one to come means now. An earlier one than before changes nothing.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="WsmqException"><c>invalid-name</c> or <c>name-too-long</c>.</exception>
    Task RevokeUserAsync(string userId, DateTimeOffset? issuedBefore = null, CancellationToken cancellationToken = default);

    /// <summary>Revokes the tokens of all users that were issued before a time; as <see cref="RevokeUserAsync"/> for each of them.</summary>
    /// <param name="issuedBefore">The time; null or one to come means now. An earlier one than before changes nothing.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    Task RevokeAllAsync(DateTimeOffset? issuedBefore = null, CancellationToken cancellationToken = default);

    /// <summary>Closes a user's connections, without an error; clients connect again at once, if they may.</summary>
    /// <param name="userId">The user's identifier.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="WsmqException"><c>invalid-name</c> or <c>name-too-long</c>.</exception>
    Task DisconnectAsync(string userId, CancellationToken cancellationToken = default);

    /// <summary>Keeps a user out, whatever the token. The connections close with 1007 <c>banned</c>. Messages for the user are kept as before.</summary>
    /// <param name="userId">The user's identifier.</param>
    /// <param name="until">When the ban ends; null: never. It replaces the one before.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="WsmqException"><c>invalid-name</c> or <c>name-too-long</c>.</exception>
    Task BanAsync(string userId, DateTimeOffset? until = null, CancellationToken cancellationToken = default);

    /// <summary>Lets a user in again; nothing changes where there is no ban. Revoked tokens stay revoked.</summary>
    /// <param name="userId">The user's identifier.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="WsmqException"><c>invalid-name</c> or <c>name-too-long</c>.</exception>
    Task UnbanAsync(string userId, CancellationToken cancellationToken = default);

    /// <summary>Whether a user is banned.</summary>
    /// <param name="userId">The user's identifier.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="WsmqException"><c>invalid-name</c> or <c>name-too-long</c>.</exception>
    Task<bool> IsBannedAsync(string userId, CancellationToken cancellationToken = default);

    /// <summary>
    /// The devices that are kept for a user, by name; those that have not been seen for <see cref="WsmqOptions.DeviceExpiry"/> among
    /// them, as long as there is room.
    /// </summary>
    /// <param name="userId">The user's identifier.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="WsmqException"><c>invalid-name</c> or <c>name-too-long</c>.</exception>
    Task<IReadOnlyList<WsmqDevice>> DevicesAsync(string userId, CancellationToken cancellationToken = default);

    /// <summary>
    /// Forgets a device of a user, before it expires: its cursors are deleted, it holds no messages back, and its place is free. What
    /// was set aside for it stays. The user's connections close as with <see cref="DisconnectAsync"/>, because one of this device would
    /// go on without a cursor. A device of that name that connects again is a new one: ban the user or revoke the token before, where
    /// it is not to. Repeat the call where it failed.
    /// </summary>
    /// <param name="userId">The user's identifier.</param>
    /// <param name="device">The device's name.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>False where there was no such device.</returns>
    /// <exception cref="WsmqException"><c>invalid-name</c> or <c>name-too-long</c>.</exception>
    Task<bool> ForgetDeviceAsync(string userId, string device, CancellationToken cancellationToken = default);
}
