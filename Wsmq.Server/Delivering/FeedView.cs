namespace Wsmq.Server.Delivering;

/// <summary>What a feed knows beside the entries.</summary>
/// <param name="Tail">The last position known to be given out.</param>
/// <param name="Lost">What the store has lost.</param>
internal readonly record struct FeedView(Position Tail, LostRange Lost);

/// <summary>
/// What the store has lost: behind a position, and up to another one, this node had seen entries that the log no longer has, as
/// after a failover to a replica that had not received them.
/// </summary>
internal readonly record struct LostRange(Position From, Position Through)
{
    /// <summary>Whether entries are missing directly behind a position.</summary>
    public bool Covers(Position sent) => From <= sent && sent < Through;
}
