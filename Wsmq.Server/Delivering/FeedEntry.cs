using Microsoft.AspNetCore.SignalR;
using Wsmq.Server.Logs;

namespace Wsmq.Server.Delivering;

/// <summary>
/// An entry on its way to connections. All of them get the same bytes, made when the first one wants them; from then on the
/// stored form is no longer kept.
/// </summary>
internal sealed class FeedEntry(byte[] source, LogEntry entry)
{
    // The stored entry; then its frame, or what is wrong with it.
    private volatile object _content = entry;
    private SerializedHubMessage? _message;

    public WsmqPosition Position { get; } = entry.Position;

    public WsmqPosition Previous { get; } = entry.Previous;

    /// <summary>Another hand wrote it: it does not say what it follows.</summary>
    public bool IsForeign { get; } = entry.Defect is not null;

    /// <summary>As stored.</summary>
    public int Bytes { get; } = entry.Bytes;

    /// <summary>Why it cannot be delivered: this program did not write it. Null where it can.</summary>
    public string? Defect => Content as string;

    /// <summary>The <c>Receive</c> frame.</summary>
    public byte[] Frame => (byte[])Content;

    /// <summary>The frame for a connection that gets nothing beside it.</summary>
    public SerializedHubMessage Message => _message ??= JsonFrames.Message(Frame);

    // Two pumps may make it at the same time; either result will do.
    private object Content => _content is LogEntry stored ? _content = Make(stored) : _content;

    private object Make(LogEntry stored) =>
        StoredEntry.Check(stored, out var isBinary, out var defect) ? JsonFrames.Receive(source, stored, isBinary) : defect!;
}
