using Wsmq.Server.Stores;

namespace Wsmq.Server.Framing;

/// <summary>
/// An entry to deliver. All connections receive the same bytes. They are composed on first use, which releases the stored form.
/// </summary>
internal sealed class FeedEntry(byte[] source, LogEntry entry) : RawFrames
{
    // The stored entry; after the first use its frame, or the description of its defect.
    private volatile object _content = entry;

    public WsmqPosition Position { get; } = entry.Position;

    public WsmqPosition Previous { get; } = entry.Previous;

    /// <summary>Another program wrote it: its previous position is unknown.</summary>
    public bool IsForeign { get; } = entry.Defect is not null;

    /// <summary>The size as stored.</summary>
    public int Bytes { get; } = entry.Bytes;

    /// <summary>Why it cannot be delivered: the data is corrupt or foreign. Null if it can be delivered.</summary>
    public string? Defect => Content as string;

    /// <summary>The <c>Receive</c> frame.</summary>
    public byte[] Frame => (byte[])Content;

    public override ReadOnlySpan<byte> Frames => Frame;

    // Two pumps may compose it at the same time; both results are equal.
    private object Content => _content is LogEntry stored ? _content = Make(stored) : _content;

    private object Make(LogEntry stored) =>
        StoredEntry.Check(stored, out var isBinary, out var defect) ? JsonFrames.Receive(source, stored, isBinary) : defect!;
}
