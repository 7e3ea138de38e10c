namespace Wsmq.Server.Logs;

/// <summary>
/// Who is kept out, for as long as that matters. Few and small; every node holds a copy of all, and asks for what is new. Throws
/// <see cref="WsmqException"/> with <c>store-unavailable</c>; the call can then be repeated.
/// </summary>
internal interface IAccessStore
{
    /// <summary>Somebody has written a rule. A hint that may be lost: whoever listens asks now and then all the same.</summary>
    event Action? Changed;

    /// <summary>
    /// Keeps a rule in the place of one of the same kind and name; where <see cref="AccessRule.OnlyGrows"/>, the later moment and
    /// the later end stay. Forgets what is over.
    /// </summary>
    /// <param name="rule">The rule; its version is the store's affair.</param>
    /// <param name="most">How many rules there may be at a time; one about all tokens is kept in any case.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="WsmqException"><c>store-full</c>: there are as many as there may be.</exception>
    Task WriteAsync(AccessRule rule, int most, CancellationToken cancellationToken);

    /// <summary>The rules that were written behind a version, the oldest first.</summary>
    Task<AccessPage> ReadAsync(long behind, int most, CancellationToken cancellationToken);
}
