namespace Wsmq.Server.Stores;

/// <summary>When users were last seen: one value for each, which expires.</summary>
internal interface ILastSeenStore
{
    /// <summary>Notes for each user when it was seen.</summary>
    /// <param name="users">The users, and when they were seen: µs of the store's clock.</param>
    /// <param name="kept">For how long that is stored.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <exception cref="WsmqException"><c>store-unavailable</c> or <c>store-full</c>.</exception>
    Task NoteAsync(IReadOnlyCollection<KeyValuePair<string, long>> users, TimeSpan kept, CancellationToken cancellationToken);

    /// <summary>Returns when users were seen, in µs; those of which nothing is stored are missing.</summary>
    /// <exception cref="WsmqException"><c>store-unavailable</c>.</exception>
    Task<IReadOnlyDictionary<string, long>> ReadAsync(IReadOnlyCollection<string> users, CancellationToken cancellationToken);

    /// <summary>Removes what is stored of a user.</summary>
    /// <exception cref="WsmqException"><c>store-unavailable</c>.</exception>
    Task ForgetAsync(string user, CancellationToken cancellationToken);
}
