using Wsmq.Server.Limits;
using Wsmq.Server.Logs;

namespace Wsmq.Server.Delivering;

/// <summary>
/// What a pump that is behind has read from the log and not delivered yet: at most one page, and the one behind it, which is read
/// while the client still has to acknowledge. Used by one pump's runs.
/// </summary>
internal sealed class Backlog(LogFeed feed, IMessageLog log, SessionReads reads)
{
    private FeedPage? _page;
    private int _done;
    private Task<FeedPage>? _next;
    private WsmqPosition _nextAfter;

    /// <summary>What is to be delivered next.</summary>
    public ReadOnlySpan<FeedEntry> Pending => _page is null ? [] : _page.Entries.AsSpan(_done);

    /// <summary>Takes the first entries off; once the half of a page is gone, the next page may be read.</summary>
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

    /// <summary>Reads behind a position, or takes what was read ahead.</summary>
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

    /// <summary>Lets go of everything: it is in the log, and is read again.</summary>
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

    // It may still be on its way, and may fail.
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
