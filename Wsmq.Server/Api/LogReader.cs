using Wsmq.Server.Feeds;
using Wsmq.Server.Framing;
using Wsmq.Server.Limits;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Api;

/// <summary>Reads pages of logs for HTTP requests, under the limits of the user's other reads.</summary>
internal sealed class LogReader(IStore store)
{
    /// <summary>The clock of the store, in µs since 1970.</summary>
    public long Now => store.Now;

    /// <summary>The last position that was removed from each log: a reader that begins there gets all that is stored.</summary>
    /// <exception cref="WsmqException"><c>store-unavailable</c> or <c>store-corrupt</c>.</exception>
    public async Task<WsmqPosition[]> RemovedAsync(IReadOnlyList<WsmqAddress> sources, CancellationToken cancellationToken) =>
        Array.ConvertAll(
            await store.MessageLog.StatesAsync(sources, cancellationToken),
            state => state?.Removed ?? throw new WsmqException(WsmqErrors.StoreCorrupt));

    /// <summary>The last position that a log has issued.</summary>
    /// <exception cref="WsmqException"><c>store-unavailable</c> or <c>store-corrupt</c>.</exception>
    public async Task<WsmqPosition> TailAsync(WsmqAddress source, CancellationToken cancellationToken) =>
        (await store.MessageLog.StatesAsync([source], cancellationToken))[0]?.Tail ?? throw new WsmqException(WsmqErrors.StoreCorrupt);

    /// <summary>The position after which a page has the newest entries, as many as asked for and as fit into it.</summary>
    /// <exception cref="WsmqException"><c>store-unavailable</c> or <c>store-corrupt</c>.</exception>
    public async Task<WsmqPosition> BeforeNewestAsync(
        SessionReads reads, WsmqAddress source, WsmqPosition floor, int max, CancellationToken cancellationToken)
    {
        await reads.EnterAsync(cancellationToken);
        try
        {
            var range = new HeadRange(floor, new WsmqPosition(WsmqPosition.MaxValue), Newest: true, max, BodyBytes: 0);
            var (start, bytes, room) = (floor, 0L, reads.PageOf(max).Bytes);
            foreach (var head in (await store.Inspection.HeadsAsync(source, range, cancellationToken)).Entries)
            {
                reads.Charge(head.Metadata.Length);
                var size = head.Metadata.Length + head.BodyBytes + FeedPage.EntryBytes;
                if (bytes > 0 && bytes + size > room)
                    break;
                bytes += size;
                start = new WsmqPosition(head.Position.Value - 1);
            }

            return start;
        }
        finally
        {
            reads.Leave();
        }
    }

    /// <summary>
    /// Reads the entries after a position, and passes them on. What is passed on is charged to the user until <paramref name="use"/> has
    /// completed.
    /// </summary>
    /// <param name="reads">The reads of the user.</param>
    /// <param name="source">The log.</param>
    /// <param name="after">The position.</param>
    /// <param name="max">The maximum number of entries.</param>
    /// <param name="use">Writes the page.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <exception cref="WsmqException"><c>position-beyond-tail</c>, <c>store-unavailable</c> or <c>store-corrupt</c>.</exception>
    public async Task ReadAsync(
        SessionReads reads, WsmqAddress source, WsmqPosition after, int max, Func<FeedPage, Task> use, CancellationToken cancellationToken)
    {
        FeedPage held;
        await reads.EnterAsync(cancellationToken);
        try
        {
            var page = await FeedPage.ReadAsync(
                store.MessageLog, source, JsonFrames.SourceOf(source), after, reads.PageOf(max), cancellationToken);
            reads.Charge(page.Bytes);
            if (after > page.State.Tail)
                throw new WsmqException(WsmqErrors.PositionBeyondTail);
            held = reads.Hold(page, max);
        }
        finally
        {
            reads.Leave();
        }

        await UseAsync(reads, held, use);
    }

    /// <summary>
    /// Reads the state of an address up to a position, and passes it on page by page: at least one, which may be empty. Each is charged to
    /// the user until <paramref name="use"/> has completed.
    /// </summary>
    /// <param name="reads">The reads of the user.</param>
    /// <param name="source">The address.</param>
    /// <param name="through">The position.</param>
    /// <param name="use">Writes a page.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <exception cref="WsmqException"><c>store-unavailable</c> or <c>store-corrupt</c>.</exception>
    public async Task ReadStateAsync(
        SessionReads reads, WsmqAddress source, WsmqPosition through, Func<FeedPage, Task> use, CancellationToken cancellationToken)
    {
        var (text, after) = (JsonFrames.SourceOf(source), WsmqPosition.Start);
        bool isLast;
        do
        {
            (var held, isLast) = await StatePages.ReadAsync(store.MessageLog, source, text, after, through, reads, cancellationToken);
            if (held.Entries.Length > 0)
                after = held.Entries[^1].Position;
            await UseAsync(reads, held, use);
        }
        while (!isLast);
    }

    private static async Task UseAsync(SessionReads reads, FeedPage held, Func<FeedPage, Task> use)
    {
        try
        {
            await use(held);
        }
        finally
        {
            reads.Release(held);
        }
    }
}
