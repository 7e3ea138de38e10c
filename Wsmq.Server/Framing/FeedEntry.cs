using Wsmq.Server.Stores;

namespace Wsmq.Server.Framing;

/// <summary>
/// An entry to deliver. All connections receive the same bytes. They are composed on first use, which releases the stored form.
/// </summary>
internal sealed class FeedEntry(byte[] source, LogEntry entry) : RawFrames
{
    // Longer than any deployment lives, and short enough to be added to a position.
    private const long MostMilliseconds = long.MaxValue / 10_000;

    // The stored entry; after the first use its frame, with what is rare if it has any of that, or the description of its defect.
    private volatile object _content = entry;

    private sealed record RareFrame(byte[] Frame, long? Ends, bool IsForAnyDevice, bool IsTracked);

    public WsmqPosition Position { get; } = entry.Position;

    public WsmqPosition Previous { get; } = entry.Previous;

    /// <summary>Another program wrote it: its previous position is unknown.</summary>
    public bool IsForeign { get; } = entry.Defect is not null;

    /// <summary>Not an entry, but neighbours that have expired and were removed.</summary>
    public bool IsGone { get; } = entry.IsGone;

    /// <summary>The size as stored.</summary>
    public int Bytes { get; } = entry.Bytes;

    /// <summary>Why it cannot be delivered: the data is corrupt or foreign. Null if it can be delivered.</summary>
    public string? Defect => Content as string;

    /// <summary>The <c>Receive</c> frame.</summary>
    public byte[] Frame => Content as byte[] ?? ((RareFrame)Content).Frame;

    /// <summary>When it may not be delivered any more, by the clock of the store in µs since 1970; null if it may always be.</summary>
    public long? Ends => (Content as RareFrame)?.Ends;

    /// <summary>Whether it is for any of the user's devices.</summary>
    public bool IsForAnyDevice => Content is RareFrame { IsForAnyDevice: true };

    /// <summary>The same entry for a reader that was not given the one before it: it names the last one that the reader has been given.</summary>
    public FeedEntry After(WsmqPosition previous)
    {
        if (previous == Previous)
            return this;
        var frame = JsonFrames.WithPrevious(Frame, source.Length, previous);
        return new FeedEntry(source, new LogEntry(Position, previous, default, default)) { _content = Content is RareFrame rare ? rare with { Frame = frame } : frame };
    }

    /// <summary>Whether its sender tracks it.</summary>
    public bool IsTracked => Content is RareFrame { IsTracked: true };

    public override ReadOnlySpan<byte> Frames => Frame;

    // Two pumps may compose it at the same time; both results are equal.
    private object Content => _content is LogEntry stored ? _content = Make(stored) : _content;

    private object Make(LogEntry stored)
    {
        if (stored.IsGone)
            return new RareFrame([], Ends: 0, IsForAnyDevice: false, IsTracked: false);
        if (!StoredEntry.Check(stored, out var isBinary, out var rare, out var defect))
            return defect!;
        var frame = JsonFrames.Receive(source, stored, isBinary);
        if (rare == default)
            return frame;
        long? ends = rare.TimeToLive == 0 ? null : Position.Value + (Math.Min(rare.TimeToLive, MostMilliseconds) * 1_000);
        return new RareFrame(frame, ends, rare.IsForAnyDevice, rare.IsTracked);
    }
}
