using System.Buffers.Binary;
using System.Text;

namespace Wsmq.Server.Redis.Live;

/// <summary>
/// A push as bytes: its kind, the number of names (four bytes), each name behind its length (four bytes) in UTF-8, and the frame.
/// </summary>
internal static class LiveFormat
{
    private const int Number = sizeof(int);
    private const byte EndOfFrame = 0x1E;

    public static byte[] Write(LivePush push)
    {
        var size = 1 + Number + push.Frame.Length;
        foreach (var name in push.Names)
            size += Number + Encoding.UTF8.GetByteCount(name);
        var bytes = GC.AllocateUninitializedArray<byte>(size);
        bytes[0] = (byte)push.Kind;
        var rest = bytes.AsSpan(1);
        WriteNumber(ref rest, push.Names.Length);
        foreach (var name in push.Names)
        {
            var length = Encoding.UTF8.GetBytes(name, rest[Number..]);
            WriteNumber(ref rest, length);
            rest = rest[length..];
        }

        push.Frame.Span.CopyTo(rest);
        return bytes;
    }

    /// <summary>False where the bytes are no push of this program.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> bytes, out LivePush push)
    {
        push = default;
        if (bytes.IsEmpty || !Enum.IsDefined((LiveKind)bytes.Span[0]))
            return false;
        var (kind, rest) = ((LiveKind)bytes.Span[0], bytes[1..]);

        // Each name takes four bytes at least: a number out of thin air must not reserve memory.
        if (!TryReadNumber(ref rest, out var count) || count > rest.Length / Number || count < LeastNames(kind))
            return false;
        var names = new string[count];
        for (var i = 0; i < count; i++)
        {
            if (!TryReadNumber(ref rest, out var length) || length > rest.Length)
                return false;
            names[i] = Encoding.UTF8.GetString(rest.Span[..length]);
            rest = rest[length..];
        }

        push = new LivePush(kind, names, rest);
        return kind is LiveKind.Join or LiveKind.Leave or LiveKind.Done ? rest.IsEmpty : IsOneFrame(rest.Span);
    }

    private static int LeastNames(LiveKind kind) => kind switch
    {
        LiveKind.Join or LiveKind.Leave => LiveRequests.Names,
        LiveKind.Group or LiveKind.Done => 1,
        _ => 0,
    };

    // A second end inside of it would let whoever wrote it put a frame of its own into other people's connections.
    private static bool IsOneFrame(ReadOnlySpan<byte> frame) => !frame.IsEmpty && frame.IndexOf(EndOfFrame) == frame.Length - 1;

    private static void WriteNumber(ref Span<byte> rest, int number)
    {
        BinaryPrimitives.WriteInt32BigEndian(rest, number);
        rest = rest[Number..];
    }

    private static bool TryReadNumber(ref ReadOnlyMemory<byte> rest, out int number)
    {
        if (!BinaryPrimitives.TryReadInt32BigEndian(rest.Span, out number) || number < 0)
            return false;
        rest = rest[Number..];
        return true;
    }
}
