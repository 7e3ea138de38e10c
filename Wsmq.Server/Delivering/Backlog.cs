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
    private Position _nextAfter;

    /// <summary>What is to be delivered next.</summary>
    public ReadOnlySpan<FeedEntry> Pending => _page is null ? [] : _page.Entries.AsSpan(_done);

    /// <summary>Takes the first entries off; once the half of a page is gone, the next page is read.</summary>
    public void Advance(int count, CancellationToken cancellationToken)
    {
        if (_page is not { } page)
            return;
        _done += count;
        if (_next is null && _done * 2 >= page.Entries.Length && page.HasMore)
        {
            _nextAfter = page.Entries[^1].Position;
            _next = feed.ReadAsync(log, _nextAfter, reads, cancellationToken);

            // The pump may go elsewhere and never look at it.
            _ = _next.ContinueWith(static t => t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        }

        if (_done == page.Entries.Length)
            _page = null;
    }

    /// <summary>Reads behind a position, or takes what was read ahead.</summary>
    /// <exception cref="WsmqException"><c>store-unavailable</c>.</exception>
    public async ValueTask<LogState> ReadAsync(Position after, CancellationToken cancellationToken)
    {
        var reading = _nextAfter == after ? _next : null;
        _next = null;
        var page = await (reading ?? feed.ReadAsync(log, after, reads, cancellationToken));
        (_page, _done) = (page.Entries.Length == 0 ? null : page, 0);
        return page.State;
    }
}
