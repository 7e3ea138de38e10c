namespace Wsmq.Server.Feeds;

/// <summary>A reader of a feed. Neither method may block.</summary>
internal interface IFeedReader
{
    /// <summary>The last position that it has written, or announced as missing. Read from any thread: it may be an earlier one.</summary>
    WsmqPosition Sent { get; }

    /// <summary>The log has new entries, or the store reported a new state of it.</summary>
    /// <param name="readers">How many readers are told so.</param>
    void OnNews(int readers);

    /// <summary>A user left the group of the address.</summary>
    void OnLeft(string user);
}

/// <summary>The readers of a feed: mostly one, sometimes thousands. A part of the feed. Not thread-safe.</summary>
internal struct FeedReaders
{
    private IFeedReader? _only;
    private HashSet<IFeedReader>? _many;

    public readonly bool IsShared => _many?.Count > 1;

    /// <summary>The position up to which all of them have written; <see cref="WsmqPosition.Start"/> without readers.</summary>
    public readonly WsmqPosition Slowest => _only?.Sent ?? (_many is { Count: > 0 } ? _many.Min(reader => reader.Sent) : WsmqPosition.Start);

    public void Add(IFeedReader reader)
    {
        if (_many is null && _only is null)
        {
            _only = reader;
            return;
        }

        _many ??= [_only!];
        _many.Add(reader);
        _only = null;
    }

    public void Remove(IFeedReader reader)
    {
        _many?.Remove(reader);
        if (_only == reader)
            _only = null;
    }

    public readonly void Notify()
    {
        _only?.OnNews(readers: 1);
        if (_many is null)
            return;
        foreach (var reader in _many)
            reader.OnNews(_many.Count);
    }

    public readonly IFeedReader[] ToArray() => _only is null ? [.. _many ?? []] : [_only];
}
