namespace Wsmq.Server.Stores;

/// <summary>
/// Which nodes have somebody who answers requests to an address. An entry outlives a node that crashed until somebody notices that the node does
/// not listen, or until <see cref="Expiry"/>; so entries are renewed.
/// </summary>
internal interface IResponderStore
{
    /// <summary>How long the entries of an address last after one of them was set.</summary>
    static readonly TimeSpan Expiry = TimeSpan.FromHours(1);

    /// <summary>Sets what this node answers at an address, in place of what it has set before.</summary>
    /// <param name="address">The address.</param>
    /// <param name="types">The types of requests, none of which contains a control character; null for all; empty for none any more.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <exception cref="WsmqException"><c>store-unavailable</c> or <c>store-full</c>.</exception>
    Task SetAsync(WsmqAddress address, IReadOnlyCollection<string>? types, CancellationToken cancellationToken);

    /// <summary>The other nodes that answer requests of a type at an address, in any order.</summary>
    /// <param name="address">The address.</param>
    /// <param name="type">The type; null for a request without one, which only those get that answer all.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <exception cref="WsmqException"><c>store-unavailable</c>.</exception>
    Task<IReadOnlyList<string>> FindAsync(WsmqAddress address, string? type, CancellationToken cancellationToken);

    /// <summary>Removes the entry of a node that does not listen.</summary>
    /// <exception cref="WsmqException"><c>store-unavailable</c>.</exception>
    Task RemoveAsync(WsmqAddress address, string node, CancellationToken cancellationToken);
}
