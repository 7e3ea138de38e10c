using Wsmq.Server.Framing;
using Wsmq.Server.Stores;

namespace Wsmq.Server.DeadLetters;

/// <summary>
/// Tells whether the replay of a dead letter is in the user's queue. It cannot tell if the replay was acknowledged and removed, or if many
/// messages were stored before it.
/// </summary>
internal sealed class StoredReplays(IStore store)
{
    private const int MostEntriesSeen = 5_000;
    private const int EntriesInAStep = 200;

    // A replica that has become the primary may have an earlier clock than the server that the time was read from.
    private static readonly TimeSpan ClockMargin = TimeSpan.FromSeconds(10);

    /// <param name="user">The user.</param>
    /// <param name="letter">The id of the dead letter.</param>
    /// <param name="since">A time before the replay, by the clock of the store, in µs since 1970.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    public async Task<bool> ContainsAsync(string user, string letter, long since, CancellationToken cancellationToken)
    {
        var (queue, id) = (WsmqAddress.User(user), DeadLetterId.ReplayOf(DeadLetterId.Parse(letter)));
        var after = new WsmqPosition(Math.Max(0, since - ClockMargin.Micros()));
        var range = new HeadRange(after, new WsmqPosition(WsmqPosition.MaxValue), Newest: false, EntriesInAStep, 0);
        for (var seen = 0; seen < MostEntriesSeen;)
        {
            var page = await store.Inspection.HeadsAsync(queue, range, cancellationToken);
            if (page.Entries.Any(e => EntryHeader.Of(e.Metadata) is { Replay: not null } header && header.Id == id))
                return true;
            if (!page.More)
                return false;
            seen += page.Entries.Count;
            range = range with { After = page.Entries[^1].Position };
        }

        return false;
    }
}
