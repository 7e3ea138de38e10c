using Wsmq.Server.Framing;
using Wsmq.Server.Stores;

namespace Wsmq.Server.History;

/// <summary>Finds entries of a log with their bodies.</summary>
/// <param name="store">The store.</param>
/// <param name="options">The options, which say how old an entry gets.</param>
/// <param name="source">The address of the log.</param>
/// <param name="query">Which entries, checked.</param>
internal sealed class HistorySearch(IStore store, WsmqOptions options, WsmqAddress source, WsmqHistoryQuery query)
{
    // Of what a search only looks at, hardly more than the metadata travels: larger bodies are read of what it has found.
    private const int SmallBody = 1024;

    private readonly byte[] _source = JsonFrames.SourceOf(source);

    /// <summary>Only entries after this position.</summary>
    public WsmqPosition Floor { get; init; }

    /// <summary>The page ends with the entry that reaches this size, in bytes of metadata and bodies.</summary>
    public int MostBytes { get; init; } = FeedPage.MaxBytes;

    /// <summary>Reads steps of the search, if it is not the store itself that does.</summary>
    public HeadReader? Reader { get; init; }

    private HeadReader Read => Reader ?? ((range, stop) => store.Inspection.HeadsAsync(source, range, stop));

    /// <exception cref="WsmqException"><c>store-unavailable</c> or <c>store-corrupt</c>.</exception>
    public async Task<HistoryPage> PageAsync(CancellationToken cancellationToken)
    {
        var hasConditions = query.Id is not null || query.Sender is not null || query.Type is not null;
        var search = new EntrySearch(Read, query, hasConditions ? SmallBody : int.MaxValue)
        {
            // What is too old may be stored for a while longer.
            Floor = WsmqPosition.Max(Floor, Oldest),
            MostFoundBytes = MostBytes,
            FindsDamaged = true,
        };
        var found = await search.PageAsync(cancellationToken);
        var entries = new List<FeedEntry>(found.Items.Count);
        foreach (var item in found.Items)
        {
            if (await WholeAsync(item.Head, cancellationToken) is { } entry)
                entries.Add(new FeedEntry(_source, entry));
        }

        return new HistoryPage(new FeedPage([.. entries], found.State), found.Next, store.Now);
    }

    private WsmqPosition Oldest => new(Math.Max(0, store.Now - options.Retention.For(source.Kind).MaxAge.Micros()));

    // Null if it was removed since it was found.
    private async Task<LogEntry?> WholeAsync(EntryHead head, CancellationToken cancellationToken)
    {
        var whole = head;
        if (head.Defect is null && head.BodyStart.Length < head.BodyBytes)
        {
            var range = new HeadRange(new WsmqPosition(head.Position.Value - 1), head.Position.Next(), Newest: false, 1, int.MaxValue);
            whole = (await Read(range, cancellationToken)).Entries is [var one] ? one : null;
        }

        return whole is null ? null
            : whole.Defect is { } defect ? LogEntry.Defective(whole.Position, defect)
            : new LogEntry(whole.Position, whole.Previous, whole.Metadata, whole.BodyStart);
    }
}
