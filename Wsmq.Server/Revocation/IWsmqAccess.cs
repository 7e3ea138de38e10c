namespace Wsmq;

/// <summary>
/// Revokes tokens, and bans and disconnects users. What a user may send and read is decided by <see cref="IWsmqAuthorizer"/>. Revocations
/// and bans are stored: they apply to all nodes and survive their restart. Every node closes its matching connections, usually within a
/// second, and the close message states the error. When a call completes, its change is stored and applied on this node. All methods may
/// throw <see cref="WsmqException"/> with <c>store-unavailable</c> (repeat the call), and with <c>stopping</c> on a node that stops. Those
/// that store a change throw <c>store-full</c> beyond <see cref="WsmqAccessOptions.MaxRules"/>, except <see cref="RevokeAllTokensAsync"/>,
/// which is never refused for that.
/// </summary>
public interface IWsmqAccess
{
    /// <summary>Revokes one token. Its connections are closed with 1006 <c>revoked</c>, and it is refused from now on.</summary>
    /// <param name="tokenId">The value of the token's claim <see cref="WsmqAccessOptions.TokenIdClaim"/>; 1 to 512 characters.</param>
    /// <param name="expires">
    /// When the token expires. The revocation is removed ten minutes later, because validators tolerate clock skew. Null if unknown:
    /// then <see cref="WsmqAccessOptions.MaxTokenLifetime"/> from now is assumed.
    /// </param>
    /// <param name="cancellationToken">Cancels the wait for the result.</param>
    /// <exception cref="ArgumentException">The id is empty or too long.</exception>
    Task RevokeTokenAsync(string tokenId, DateTimeOffset? expires = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Revokes all tokens of a user that were issued before a time, as stated by the claim
    /// <see cref="WsmqAccessOptions.IssuedAtClaim"/>. Their connections are closed with 1006 <c>revoked</c>. A token without the claim
    /// counts as issued when its connection was opened: the connection is closed now, but the same token can connect again. If your
    /// tokens lack the claim, ban the user or revoke the tokens by their ids instead. The user can sign in again, and connect with the
    /// new token: <see cref="BanAsync"/> refuses the user with every token.
    /// </summary>
    /// <param name="userId">The user's identifier.</param>
    /// <param name="issuedBefore">The cutoff; null or a future time means now. A time before the current cutoff has no effect.</param>
    /// <param name="cancellationToken">Cancels the wait for the result.</param>
    /// <exception cref="WsmqException"><c>invalid-name</c> or <c>name-too-long</c>.</exception>
    Task RevokeUserTokensAsync(string userId, DateTimeOffset? issuedBefore = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Revokes the tokens of all users that were issued before a time, like <see cref="RevokeUserTokensAsync"/> for each user.
    /// </summary>
    /// <param name="issuedBefore">The cutoff; null or a future time means now. A time before the current cutoff has no effect.</param>
    /// <param name="cancellationToken">Cancels the wait for the result.</param>
    Task RevokeAllTokensAsync(DateTimeOffset? issuedBefore = null, CancellationToken cancellationToken = default);

    /// <summary>Closes a user's connections without an error. The clients reconnect at once, if they are authorized to.</summary>
    /// <param name="userId">The user's identifier.</param>
    /// <param name="cancellationToken">Cancels the wait for the result.</param>
    /// <exception cref="WsmqException"><c>invalid-name</c> or <c>name-too-long</c>.</exception>
    Task DisconnectAsync(string userId, CancellationToken cancellationToken = default);

    /// <summary>
    /// Bans a user: every connection of the user is refused, with any token. Open connections are closed with 1007 <c>banned</c>.
    /// Messages to the user are still accepted and stored.
    /// </summary>
    /// <param name="userId">The user's identifier.</param>
    /// <param name="until">When the ban ends; null for an indefinite ban. Replaces the end of an earlier ban.</param>
    /// <param name="cancellationToken">Cancels the wait for the result.</param>
    /// <exception cref="WsmqException"><c>invalid-name</c> or <c>name-too-long</c>.</exception>
    Task BanAsync(string userId, DateTimeOffset? until = null, CancellationToken cancellationToken = default);

    /// <summary>Lifts the ban of a user; has no effect without one. Revoked tokens stay revoked.</summary>
    /// <param name="userId">The user's identifier.</param>
    /// <param name="cancellationToken">Cancels the wait for the result.</param>
    /// <exception cref="WsmqException"><c>invalid-name</c> or <c>name-too-long</c>.</exception>
    Task UnbanAsync(string userId, CancellationToken cancellationToken = default);

    /// <summary>Returns whether a user is banned.</summary>
    /// <param name="userId">The user's identifier.</param>
    /// <param name="cancellationToken">Cancels the wait for the result.</param>
    /// <exception cref="WsmqException"><c>invalid-name</c> or <c>name-too-long</c>.</exception>
    Task<bool> IsBannedAsync(string userId, CancellationToken cancellationToken = default);
}
