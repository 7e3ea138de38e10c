using System.Buffers.Text;
using Wsmq.Server.Stores.Redis.Connections;

namespace Wsmq.Server.Stores.Redis.Journals;

/// <summary>
/// Parses what arrives on a channel for a group of addresses of a batch, see journal.lua: H, the entry and the heads; directly after it, the
/// blob. If both are small they are one message: C, the length of the first in six digits, and both. One instance for each channel.
/// </summary>
internal sealed class JournalSignals(JournalSignals.Receiver receive)
{
    private const int HeadLength = WsmqPosition.Length + JournalFormat.LinkLength;
    private const int HeadsStart = 1 + JournalFormat.EntryLength + WsmqPosition.Length;

    private const int BothStart = 7;

    private ReadOnlyMemory<byte> _head;

    /// <summary>Gets a signal of an address, in UTF-8.</summary>
    public delegate void Receiver(ReadOnlySpan<byte> address, Signal signal);

    public static bool IsPart(ReadOnlySpan<byte> message) => message.Length > 0 && message[0] is (byte)'H' or (byte)'B' or (byte)'C';

    /// <summary>Reads a message. Returns false if it is malformed; readers find out with the next signal, or the next tail check.</summary>
    public bool TryRead(ReadOnlyMemory<byte> message)
    {
        if (message.Span[0] == (byte)'C')
            return TryReadBoth(message);
        if (message.Span[0] == (byte)'H')
        {
            _head = message;
            return message.Length > HeadsStart;
        }

        var head = _head;
        _head = default;
        return TryRead(head, message);
    }

    private bool TryReadBoth(ReadOnlyMemory<byte> message) =>
        message.Length > BothStart && Utf8Parser.TryParse(message.Span[1..BothStart], out uint length, out var digits)
        && digits == BothStart - 1 && length <= message.Length - BothStart
        && TryRead(message.Slice(BothStart, (int)length), message[(BothStart + (int)length)..]);

    private bool TryRead(ReadOnlyMemory<byte> head, ReadOnlyMemory<byte> blob) =>
        head.Length > HeadsStart && blob.Length >= JournalFormat.RecordsStart
        && head.Span.Slice(1, JournalFormat.EntryLength).SequenceEqual(blob.Span.Slice(1, JournalFormat.EntryLength))
        && RedisReplies.TryPosition(head.Span.Slice(1 + JournalFormat.EntryLength, WsmqPosition.Length), out var first)
        && TryReadGroup(head.Span[HeadsStart..], blob, first);

    // Malformed messages of one address do not keep those of the others from their readers.
    private bool TryReadGroup(ReadOnlySpan<byte> heads, ReadOnlyMemory<byte> blob, WsmqPosition first)
    {
        var areWhole = true;
        for (var table = new JournalTable(blob.Span); !heads.IsEmpty; heads = heads[HeadLength..])
        {
            if (heads.Length < HeadLength || !table.TryRead(out var address, out var contents))
                return false;
            if (heads[0] != (byte)'-')
                areWhole &= TryReadAddress(heads, address, blob[contents], first);
        }

        return areWhole;
    }

    private bool TryReadAddress(ReadOnlySpan<byte> head, ReadOnlySpan<byte> address, ReadOnlyMemory<byte> contents, WsmqPosition first) =>
        RedisReplies.TryPosition(head[..WsmqPosition.Length], out var previous) && previous < first
        && TryReadContents(address, contents, previous, first);

    private bool TryReadContents(ReadOnlySpan<byte> address, ReadOnlyMemory<byte> contents, WsmqPosition previous, WsmqPosition position)
    {
        while (!contents.IsEmpty)
        {
            if (!RedisContent.TryRead(contents, out _, out _, out var length))
                return false;

            // A copy: an entry stored in a feed would otherwise keep the whole message in memory.
            RedisContent.TryRead(contents[..length].ToArray(), out var metadata, out var body, out _);
            contents = contents[length..];
            receive(address, new Signal(position, previous, new LogEntry(position, previous, metadata, body)) { More = !contents.IsEmpty });
            (previous, position) = (position, new WsmqPosition(position.Value + 1));
        }

        return true;
    }
}
