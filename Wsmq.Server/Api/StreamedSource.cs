using Wsmq.Server.Feeds;

namespace Wsmq.Server.Api;

/// <summary>A log that an event stream reads.</summary>
/// <param name="feed">The log, as the node knows it.</param>
/// <param name="user">The user of the stream.</param>
/// <param name="news">Wakes the stream.</param>
internal sealed class StreamedSource(LogFeed feed, string user, WakeUp news) : IFeedReader
{
    private volatile bool _hasLeft;

    public LogFeed Feed => feed;

    /// <summary>The last position that was written, announced as missing, or left out by a filter.</summary>
    public WsmqPosition Sent { get; set; }

    /// <summary>The position in the last id that was written.</summary>
    public WsmqPosition Told { get; set; }

    /// <summary>The user left the group: nothing more may be written.</summary>
    public bool HasLeft => _hasLeft;

    void IFeedReader.OnNews(int readers) => news.Set();

    void IFeedReader.OnLeft(string who)
    {
        if (!string.Equals(who, user, StringComparison.Ordinal))
            return;
        _hasLeft = true;
        news.Set();
    }
}
