namespace Wsmq;

/// <summary>
/// API keys: credentials of programs that have no token of an issuer. A key is a user of its own, with an identifier that no token can
/// have, and may do what its scopes name and nothing else; the app's authorizer is not asked. Keys are stored beside revocations and bans: every
/// node accepts and refuses them usually within a second, and they count towards <see cref="WsmqAccessOptions.MaxRules"/>. The secret is
/// stored as a hash. Requests with keys are accepted where the app has called <c>AddWsmqApiKeys</c>. All methods may throw
/// <see cref="WsmqException"/> with <c>store-unavailable</c>, and with <c>stopping</c> on a node that stops.
/// </summary>
public interface IWsmqApiKeys
{
    /// <summary>Creates a key. Several keys may have the same name: they are the same user, so that one can replace another.</summary>
    /// <param name="name">1 to 64 letters, digits, dots, dashes and underscores. The key is the user <c>key:name</c>.</param>
    /// <param name="scopes">
    /// What it may do, 1 to 64 scopes: <c>send</c>, <c>read</c> (its own queue and groups that it is a member of), <c>work</c> and
    /// <c>queues</c> (jobs and management of work queues), and the names of <see cref="WsmqAction"/> without <c>ManageKeys</c>. A scope may
    /// name where: <c>send:user:bob</c>, <c>send:work:*</c>, <c>View:group:ops</c>.
    /// </param>
    /// <param name="expires">When it expires, rounded up to a whole second; null for never.</param>
    /// <param name="cancellationToken">Cancels the wait for the result.</param>
    /// <exception cref="WsmqException"><c>invalid-message</c>: a parameter is invalid; <c>store-full</c>.</exception>
    Task<WsmqNewApiKey> CreateAsync(
        string name, IReadOnlyCollection<string> scopes, DateTimeOffset? expires = null, CancellationToken cancellationToken = default);

    /// <summary>The keys that are valid, by name.</summary>
    /// <param name="cancellationToken">Cancels the wait for the result.</param>
    Task<IReadOnlyList<WsmqApiKey>> ListAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Revokes a key: it is refused from now on, and its connections and event streams are closed with 1006 <c>revoked</c>.
    /// </summary>
    /// <param name="id">The id of the key, which is no secret.</param>
    /// <param name="cancellationToken">Cancels the wait for the result.</param>
    /// <returns>Whether there was such a key.</returns>
    Task<bool> RevokeAsync(string id, CancellationToken cancellationToken = default);
}
