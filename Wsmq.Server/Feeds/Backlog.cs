
using Wsmq.Server.Framing;
using Wsmq.Server.Limits;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Feeds;

/// <summary>
/// The entries that a lagging pump has read from the log and not delivered yet: at most one page, plus the next page, which is read ahead
/// while the client acknowledges. Used only by the runs of one pump.
/// </summary>
internal sealed class Backlog(LogFeed feed, IMessageLog log, SessionReads reads)
{
    private FeedPage? _page;
    private int _done;
    private Task<FeedPage>? _next;
    private WsmqPosition _nextAfter;

    /// <summary>The entries to deliver next.</summary>
    public ReadOnlySpan<FeedEntry> Pending => _page is null ? [] : _page.Entries.AsSpan(_done);

    /// <summary>
    /// Removes the first entries. Once half of a page is gone, starts to read the next page if <paramref name="readAhead"/> is set.
    /// </summary>
    public void Advance(int count, bool readAhead, CancellationToken cancellationToken)
    {
        if (_page is not { } page)
            return;
        _done += count;
        if (readAhead && _next is null && _done * 2 >= page.Entries.Length && page.HasMore && reads.HasRoom)
        {
            _nextAfter = page.Entries[^1].Position;
            _next = feed.ReadAsync(log, _nextAfter, FeedPage.MaxEntries, reads, cancellationToken);
        }

        if (_done == page.Entries.Length)
            Release();
    }

    /// <summary>Reads the entries after a position, or takes the page that was read ahead.</summary>
    /// <exception cref="WsmqException"><c>store-unavailable</c>.</exception>
    public async ValueTask<LogState> ReadAsync(WsmqPosition after, int most, CancellationToken cancellationToken)
    {
        var reading = _nextAfter == after ? _next : null;
        if (reading is null)
            ForgetNext();
        _next = null;
        var page = await (reading ?? feed.ReadAsync(log, after, most, reads, cancellationToken));
        (_page, _done) = (page.Entries.Length == 0 ? null : page, 0);
        return page.State;
    }

    /// <summary>Releases all pages: their entries are in the log and can be read again.</summary>
    public void Drop()
    {
        Release();
        ForgetNext();
    }

    private void Release()
    {
        if (_page is not null)
            reads.Release(_page);
        _page = null;
    }

    // The read may still be in flight, and may fail.
    private void ForgetNext()
    {
        _ = _next?.ContinueWith(
            static (reading, reads) =>
            {
                if (reading.IsCompletedSuccessfully)
                    ((SessionReads)reads!).Release(reading.Result);
                _ = reading.Exception;
            },
            reads,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        _next = null;
    }
}
