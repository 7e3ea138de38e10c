using Wsmq.Server.Logs;

namespace Wsmq.Server.Delivering;

/// <summary>A part of a log as it was read from the store, and the state of the log at that moment.</summary>
internal sealed record FeedPage(FeedEntry[] Entries, LogState State)
{
    // A page of more than a window lets deliveries go on while acks come; a smaller one costs a round trip for every few acks.
    private const int MaxEntries = 512;
    private const int MaxBytes = 256 * 1024;

    /// <summary>As stored.</summary>
    public long Bytes => Entries.Sum(e => (long)e.Bytes);

    /// <summary>Whether the log went on behind it.</summary>
    public bool HasMore => Entries.Length > 0 && Entries[^1].Position < State.Tail;

    public static async Task<FeedPage> ReadAsync(
        IMessageLog log, Address source, byte[] sourceText, Position after, CancellationToken cancellationToken)
    {
        var page = await log.ReadAsync(source, after, MaxEntries, MaxBytes, cancellationToken);
        var entries = new FeedEntry[page.Entries.Count];
        for (var i = 0; i < entries.Length; i++)
            entries[i] = new FeedEntry(sourceText, page.Entries[i]);
        return new FeedPage(entries, page.State);
    }
}
