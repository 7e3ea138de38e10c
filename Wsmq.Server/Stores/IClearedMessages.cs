namespace Wsmq.Server.Stores;

/// <summary>
/// Which messages for any device of a user one of the devices has acknowledged. Kept for as long as the age of retention lets such a message
/// be in the log; an address without such messages has nothing. Throws <see cref="WsmqException"/> with <c>store-unavailable</c>.
/// </summary>
internal interface IClearedMessages
{
    /// <summary>Notes that messages were acknowledged, and signals them to the nodes that read the address (<see cref="Signal.MessageCleared"/>).</summary>
    Task ClearAsync(WsmqAddress user, IReadOnlyCollection<WsmqPosition> positions, CancellationToken cancellationToken);

    /// <summary>Those of a range, both ends included, in order.</summary>
    Task<IReadOnlyList<WsmqPosition>> FindAsync(WsmqAddress user, WsmqPosition first, WsmqPosition last, CancellationToken cancellationToken);
}
