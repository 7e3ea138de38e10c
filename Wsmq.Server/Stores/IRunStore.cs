namespace Wsmq.Server.Stores;

/// <summary>
/// Stores the runs of a deployment as texts under their ids: few and small ones. A run changes by comparison, as the state of a recurring job
/// does, so that of several nodes one carries out each step. Throws <see cref="WsmqException"/> with <c>store-unavailable</c>; the change may
/// then have been made.
/// </summary>
internal interface IRunStore
{
    /// <summary>All runs.</summary>
    Task<StoredRuns> ListAsync(CancellationToken cancellationToken);

    /// <summary>One run, and the time.</summary>
    Task<StoredRun> ReadAsync(string id, CancellationToken cancellationToken);

    /// <summary>Replaces a run, unless it has changed meanwhile. Returns whether it did.</summary>
    /// <param name="id">The id of the run.</param>
    /// <param name="before">Its text as it was read; null if it must not exist.</param>
    /// <param name="after">Its new text; null to remove it.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    Task<bool> ReplaceAsync(string id, string? before, string? after, CancellationToken cancellationToken);
}

/// <param name="Now">The store's clock, in µs since 1970.</param>
/// <param name="Texts">The texts, by id.</param>
internal sealed record StoredRuns(long Now, IReadOnlyDictionary<string, string> Texts);

/// <param name="Now">The store's clock, in µs since 1970.</param>
/// <param name="Text">The text of the run; null if there is none.</param>
internal sealed record StoredRun(long Now, string? Text);
