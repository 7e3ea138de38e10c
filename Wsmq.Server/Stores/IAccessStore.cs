namespace Wsmq.Server.Stores;

/// <summary>
/// Stores the access rules (bans, revocations and disconnects) for as long as they matter. They are few and small: every node holds a copy
/// of all, and queries the new ones. Throws <see cref="WsmqException"/> with <c>store-unavailable</c>; the call can then be repeated.
/// </summary>
internal interface IAccessStore
{
    /// <summary>A rule was written. A hint that may be lost: listeners query the rules periodically as well.</summary>
    event Action? Changed;

    /// <summary>
    /// Stores a rule, replacing one of the same kind and name; where <see cref="AccessRule.OnlyGrows"/>, the later cutoff and the later
    /// end are kept. Deletes expired rules.
    /// </summary>
    /// <param name="rule">The rule; the store assigns its version.</param>
    /// <param name="most">The maximum number of rules; a rule about all tokens is stored in any case.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <exception cref="WsmqException"><c>store-full</c>: the maximum is reached.</exception>
    Task WriteAsync(AccessRule rule, int most, CancellationToken cancellationToken);

    /// <summary>The rules that were written after a version, the oldest first.</summary>
    Task<AccessPage> ReadAsync(long after, int most, CancellationToken cancellationToken);
}
