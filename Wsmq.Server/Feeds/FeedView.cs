namespace Wsmq.Server.Feeds;

/// <summary>The state of a feed, without its entries.</summary>
/// <param name="Tail">The last position known to be issued.</param>
/// <param name="Lost">The ranges of entries that the store has lost.</param>
internal readonly record struct FeedView(WsmqPosition Tail, LostRanges Lost);
