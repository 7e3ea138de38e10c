using Wsmq.Server.Framing;

namespace Wsmq.Server.Feeds;

/// <summary>
/// The last two pages that readers of a log have read, so that readers of the same page share it: the page that most of them are at, and
/// the next one, which the first of them has read ahead. A page is released with its last reader, or a node would hold pages of every log
/// that was ever read. Part of the feed and guarded by its lock; while empty it costs the feed one reference.
/// </summary>
internal struct SharedPages
{
    private const int Most = 2;

    // Null if the log has one reader, as most have.
    private List<SharedPage>? _pages;

    /// <summary>Null if no reader has read the page since the log grew, if no reader holds it any more, or if the read failed.</summary>
    public readonly Task<FeedPage>? Find(WsmqPosition after, WsmqPosition tail) =>
        _pages?.Find(p => p.After == after && p.Tail == tail)?.Page;

    /// <summary>Adds a page and returns it.</summary>
    public Task<FeedPage> Add(WsmqPosition after, WsmqPosition tail, Task<FeedPage> page)
    {
        _pages ??= new(Most);
        if (_pages.Count == Most)
            _pages.RemoveAt(0);
        _pages.Add(new SharedPage(after, tail, page));
        return page;
    }

    public void Clear() => _pages = null;

    private sealed class SharedPage
    {
        private volatile Task<FeedPage>? _reading;
        private volatile WeakReference<FeedPage>? _read;

        public SharedPage(WsmqPosition after, WsmqPosition tail, Task<FeedPage> reading)
        {
            (After, Tail, _reading) = (after, tail, reading);
            _ = reading.ContinueWith(
                (page, _) => (_read, _reading) = (new(page.Result), null),
                null,
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously | TaskContinuationOptions.OnlyOnRanToCompletion,
                TaskScheduler.Default);
        }

        public WsmqPosition After { get; }

        public WsmqPosition Tail { get; }

        public Task<FeedPage>? Page =>
            _reading is { } reading ? reading.IsFaulted ? null : reading
            : _read!.TryGetTarget(out var page) ? Task.FromResult(page)
            : null;
    }
}
