using Wsmq.Server.Stores;

namespace Wsmq.Server.Framing;

/// <summary>
/// An entry to deliver. All connections receive the same bytes. They are composed on first use, which releases the stored form.
/// </summary>
internal sealed class FeedEntry(byte[] source, LogEntry entry) : RawFrames
{
    // Longer than any deployment lives, and short enough to be added to a position.
    private const long MostMilliseconds = long.MaxValue / 10_000;

    // The stored entry; after the first use its frame, with the end of its time to live if it has one, or the description of its defect.
    private volatile object _content = entry;

    private sealed record TimedFrame(byte[] Frame, long Ends);

    public WsmqPosition Position { get; } = entry.Position;

    public WsmqPosition Previous { get; } = entry.Previous;

    /// <summary>Another program wrote it: its previous position is unknown.</summary>
    public bool IsForeign { get; } = entry.Defect is not null;

    /// <summary>The size as stored.</summary>
    public int Bytes { get; } = entry.Bytes;

    /// <summary>Why it cannot be delivered: the data is corrupt or foreign. Null if it can be delivered.</summary>
    public string? Defect => Content as string;

    /// <summary>The <c>Receive</c> frame.</summary>
    public byte[] Frame => Content as byte[] ?? ((TimedFrame)Content).Frame;

    /// <summary>When it may not be delivered any more, by the clock of the store in µs since 1970; null if it may always be.</summary>
    public long? Ends => (Content as TimedFrame)?.Ends;

    /// <summary>Whether its sender tracks it; known once it has a frame.</summary>
    public bool IsTracked { get; private set; }

    public override ReadOnlySpan<byte> Frames => Frame;

    // Two pumps may compose it at the same time; both results are equal.
    private object Content => _content is LogEntry stored ? _content = Make(stored) : _content;

    private object Make(LogEntry stored)
    {
        if (!StoredEntry.Check(stored, out var isBinary, out var rare, out var defect))
            return defect!;
        IsTracked = rare.IsTracked;
        var timeToLive = rare.TimeToLive;
        var frame = JsonFrames.Receive(source, stored, isBinary);
        return timeToLive == 0 ? frame : new TimedFrame(frame, Position.Value + Math.Min(timeToLive, MostMilliseconds) * 1_000);
    }
}
