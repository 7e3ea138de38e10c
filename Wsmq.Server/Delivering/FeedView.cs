namespace Wsmq.Server.Delivering;

/// <summary>What a feed knows beside the entries.</summary>
/// <param name="Tail">The last position known to be given out.</param>
/// <param name="Lost">What the store has lost.</param>
internal readonly record struct FeedView(WsmqPosition Tail, LostRanges Lost);
