using Wsmq.Server.Feeds;

namespace Wsmq.Server.Api;

/// <summary>The logs that an event stream reads, and the changes of its user's memberships.</summary>
internal sealed class StreamSources(FeedRegistry feeds, string user) : IAsyncDisposable
{
    private readonly List<StreamedSource> _all = [];
    private LogFeed? _own;
    private int _hasChanged;

    public IReadOnlyList<StreamedSource> All => _all;

    /// <summary>Wakes the stream when there may be something to do.</summary>
    public WakeUp News { get; } = new();

    /// <summary>Subscribes to the logs, in their order; and to the memberships, if one of them is a group's.</summary>
    /// <exception cref="WsmqException"><c>store-unavailable</c>.</exception>
    public async Task OpenAsync(IEnumerable<StreamCursor> cursors, CancellationToken cancellationToken)
    {
        foreach (var (source, _) in cursors)
        {
            var opened = new StreamedSource(await feeds.AcquireAsync(source, cancellationToken), user, News);
            _all.Add(opened);
            opened.Feed.Attach(opened);
            if (source.Kind != WsmqAddressKind.Group || _own is not null)
                continue;

            // The signal that a user left a group may be lost; the state of the user's address tells it as well.
            _own = await feeds.AcquireAsync(WsmqAddress.User(user), cancellationToken);
            _own.MembershipChanged += OnMembershipChanged;
        }
    }

    /// <summary>Whether the memberships may have changed since the last call.</summary>
    public bool TakeMembershipChange() => Interlocked.Exchange(ref _hasChanged, 0) != 0;

    public async ValueTask DisposeAsync()
    {
        foreach (var source in _all)
        {
            source.Feed.Detach(source);
            await feeds.ReleaseAsync(source.Feed);
        }

        if (_own is null)
            return;
        _own.MembershipChanged -= OnMembershipChanged;
        await feeds.ReleaseAsync(_own);
    }

    private void OnMembershipChanged()
    {
        Volatile.Write(ref _hasChanged, 1);
        News.Set();
    }
}
