using System.Buffers.Binary;
using System.Text;
using Wsmq.Server.Stores.Redis.Connections;

namespace Wsmq.Server.Stores.Redis;

/// <summary>
/// Parses a message on a node's channel. A and a name (after its length in two bytes) begin the signals of an address. These are E
/// (position, previous, content), P (position, previous; the entry is too large for a signal), M (the user's groups, or the jobs of a queue,
/// changed), L (length in two bytes, user: left the group), R (position: this job of a queue was removed while it was leased) and Z (position: a
/// device has acknowledged this message, which is for any). Written by signals.lua, job_remove.lua, <see cref="Membership"/>,
/// <see cref="MemberLeft"/> and <see cref="Cleared"/>.
/// </summary>
internal ref struct RedisSignalReader(ReadOnlyMemory<byte> message)
{
    private const int Positions = 2 * WsmqPosition.Length;

    private ReadOnlyMemory<byte> _rest = message;

    /// <summary>The address of the signal just read, in UTF-8.</summary>
    public ReadOnlySpan<byte> Address { get; private set; }

    public readonly bool IsAtEnd => _rest.IsEmpty;

    public static byte[] Membership(LogKeys user) => [(byte)'A', .. user.Name, (byte)'M'];

    /// <summary>Jobs of a queue have become workable, or when they will be has changed.</summary>
    public static byte[] QueueChanged(LogKeys queue) => [(byte)'A', .. queue.Name, (byte)'M'];

    public static byte[] MemberLeft(LogKeys group, string user)
    {
        var text = Encoding.UTF8.GetBytes(user);
        return [(byte)'A', .. group.Name, (byte)'L', (byte)(text.Length >> 8), (byte)text.Length, .. text];
    }

    public static byte[] Cleared(LogKeys user, IEnumerable<string> positions) =>
        [(byte)'A', .. user.Name, .. positions.SelectMany(p => Encoding.ASCII.GetBytes("Z" + p))];

    /// <summary>Reads the next signal. Returns false if the message is malformed; the rest of it cannot be read then.</summary>
    public bool TryRead(out Signal signal)
    {
        signal = default;
        if (_rest.Length > 0 && _rest.Span[0] == (byte)'A')
        {
            _rest = _rest[1..];
            if (!TryTakeText(out var address))
                return false;
            Address = address;
        }

        if (_rest.IsEmpty || Address.IsEmpty)
            return false;
        var kind = (char)_rest.Span[0];
        _rest = _rest[1..];
        var read = kind switch
        {
            'E' or 'P' => TryReadEntry(kind == 'E', out signal),
            'M' => true,
            'L' => TryReadLeft(out signal),
            'R' => TryReadPosition(Signal.JobRemoved, out signal),
            'Z' => TryReadPosition(Signal.MessageCleared, out signal),
            _ => false,
        };
        if (read && !_rest.IsEmpty && _rest.Span[0] != (byte)'A')
            signal = signal with { More = true };
        return read;
    }

    private bool TryReadLeft(out Signal signal)
    {
        var read = TryTakeText(out var user);
        signal = read ? Signal.MemberLeft(Encoding.UTF8.GetString(user)) : default;
        return read;
    }

    private bool TryReadPosition(Func<WsmqPosition, Signal> signalOf, out Signal signal)
    {
        signal = default;
        if (_rest.Length < WsmqPosition.Length || !RedisReplies.TryPosition(_rest.Span[..WsmqPosition.Length], out var position))
            return false;
        _rest = _rest[WsmqPosition.Length..];
        signal = signalOf(position);
        return true;
    }

    private bool TryReadEntry(bool inline, out Signal signal)
    {
        signal = default;
        if (_rest.Length < Positions
            || !RedisReplies.TryPosition(_rest.Span[..WsmqPosition.Length], out var position) || position == WsmqPosition.Start
            || !RedisReplies.TryPosition(_rest.Span[WsmqPosition.Length..Positions], out var previous) || previous >= position)
        {
            return false;
        }

        _rest = _rest[Positions..];
        signal = new Signal(position, previous, null);
        if (!inline)
            return true;
        if (!RedisContent.TryRead(_rest, out _, out _, out var length))
            return false;

        // A copy: an entry stored in a feed would otherwise keep the whole message in memory.
        RedisContent.TryRead(_rest[..length].ToArray(), out var metadata, out var body, out _);
        _rest = _rest[length..];
        signal = new Signal(position, previous, new LogEntry(position, previous, metadata, body));
        return true;
    }

    private bool TryTakeText(out ReadOnlySpan<byte> text)
    {
        text = default;
        if (!BinaryPrimitives.TryReadUInt16BigEndian(_rest.Span, out var length) || _rest.Length < 2 + length)
            return false;
        text = _rest.Span.Slice(2, length);
        _rest = _rest[(2 + length)..];
        return true;
    }
}
