
using Wsmq.Server.Budgets;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Framing;

/// <summary>A page of a log as read from the store, and the state of the log at that moment.</summary>
internal sealed record FeedPage(FeedEntry[] Entries, LogState State)
{
    // Larger than an in-flight window, so that deliveries go on while acks arrive; a smaller page costs a round trip for every few acks.
    public const int MaxEntries = 512;
    public const int MaxBytes = 256 * 1024;

    // Memory of an entry in addition to its bytes: its objects, and the envelope of its frame.
    public const int EntryBytes = 256;

    /// <summary>The size as stored.</summary>
    public long Bytes => Entries.Sum(e => (long)e.Bytes);

    /// <summary>The size in memory.</summary>
    public long HeldBytes => Bytes + (EntryBytes * (long)Entries.Length);

    /// <summary>Whether the log had entries after this page.</summary>
    public bool HasMore => Entries.Length > 0 && Entries[^1].Position < State.Tail;

    public static async Task<FeedPage> ReadAsync(
        IMessageLog log, WsmqAddress source, byte[] sourceText, WsmqPosition after, PageSize size, CancellationToken cancellationToken)
    {
        return Of(sourceText, await log.ReadAsync(source, after, size.Entries, size.Bytes, cancellationToken));
    }

    /// <summary>The same of the state of an address, and whether it has nothing after the page.</summary>
    public static async Task<(FeedPage Page, bool IsLast)> ReadStateAsync(
        IMessageLog log, WsmqAddress source, byte[] sourceText, WsmqPosition after, WsmqPosition through, PageSize size,
        CancellationToken cancellationToken)
    {
        var page = await log.ReadStateAsync(source, after, through, size.Entries, size.Bytes, cancellationToken);
        return (Of(sourceText, page), page.IsLastOfState(size.Entries, size.Bytes));
    }

    private static FeedPage Of(byte[] sourceText, LogPage page)
    {
        var entries = new FeedEntry[page.Entries.Count];
        for (var i = 0; i < entries.Length; i++)
            entries[i] = new FeedEntry(sourceText, page.Entries[i]);
        return new FeedPage(entries, page.State);
    }

    /// <summary>The first entries, up to the one that reaches the limit of bytes or of entries; at least one.</summary>
    public FeedPage Head(PageSize size)
    {
        var count = 0;
        for (var held = 0L; count < Entries.Length && count < size.Entries && (count == 0 || held < size.Bytes); count++)
            held += Entries[count].Bytes + EntryBytes;
        return count == Entries.Length ? this : new FeedPage(Entries[..count], State);
    }
}

/// <summary>The limits of one read: no further entry is read once this many bytes are reached.</summary>
internal readonly record struct PageSize(int Entries, int Bytes)
{
    public static PageSize Full => new(FeedPage.MaxEntries, FeedPage.MaxBytes);
}
