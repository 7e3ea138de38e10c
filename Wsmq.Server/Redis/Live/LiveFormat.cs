using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace Wsmq.Server.Redis.Live;

/// <summary>
/// A push as bytes: where it comes from (eight bytes of the node, eight of its number there), its kind, the number of names (four
/// bytes), each name behind its length (four bytes) in UTF-8, and the frame.
/// </summary>
internal static class LiveFormat
{
    private const int Number = sizeof(int);
    private const int Origin = 2 * sizeof(long);
    private const byte EndOfFrame = 0x1E;

    // More than a serializer writes by default, because the app may have allowed its own more.
    private const int MostDepth = 1_000;

    [Flags]
    private enum CallParts
    {
        None = 0,
        Type = 1,
        Target = 2,
        Arguments = 4,
        All = Type | Target | Arguments,
    }

    public static byte[] Write(LivePush push, LiveOrigin origin)
    {
        var size = Origin + 1 + Number + push.Frame.Length;
        foreach (var name in push.Names)
            size += Number + Encoding.UTF8.GetByteCount(name);
        var bytes = GC.AllocateUninitializedArray<byte>(size);
        BinaryPrimitives.WriteInt64BigEndian(bytes, origin.Node);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(sizeof(long)), origin.Number);
        bytes[Origin] = (byte)push.Kind;
        var rest = bytes.AsSpan(Origin + 1);
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
    public static bool TryRead(ReadOnlyMemory<byte> bytes, out LivePush push, out LiveOrigin origin)
    {
        (push, origin) = (default, default);
        if (bytes.Length <= Origin || !Enum.IsDefined((LiveKind)bytes.Span[Origin]))
            return false;
        origin = new LiveOrigin(BinaryPrimitives.ReadInt64BigEndian(bytes.Span), BinaryPrimitives.ReadInt64BigEndian(bytes.Span[sizeof(long)..]));
        var (kind, rest) = ((LiveKind)bytes.Span[Origin], bytes[(Origin + 1)..]);

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
        return kind is LiveKind.Join or LiveKind.Leave or LiveKind.Done ? rest.IsEmpty : IsCall(rest.Span);
    }

    private static int LeastNames(LiveKind kind) => kind switch
    {
        LiveKind.Join or LiveKind.Leave => LiveRequests.Names,
        LiveKind.Group or LiveKind.Done => 1,
        _ => 0,
    };

    // One call of a client's method, and nothing else: whoever wrote it could otherwise end other people's connections, or answer
    // their sends in the server's place. A call that SignalR makes has these three parts.
    private static bool IsCall(ReadOnlySpan<byte> frame)
    {
        if (frame.IsEmpty || frame.IndexOf(EndOfFrame) != frame.Length - 1)
            return false;
        var reader = new Utf8JsonReader(frame[..^1], new JsonReaderOptions { MaxDepth = MostDepth });
        try
        {
            var parts = CallParts.None;
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var part = PartOf(ref reader);
                if (part == CallParts.None || (parts & part) != 0)
                    return false;
                parts |= part;
            }

            return parts == CallParts.All && reader.TokenType == JsonTokenType.EndObject && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static CallParts PartOf(ref Utf8JsonReader reader)
    {
        var part = reader.ValueTextEquals("type"u8) ? CallParts.Type
            : reader.ValueTextEquals("target"u8) ? CallParts.Target
            : reader.ValueTextEquals("arguments"u8) ? CallParts.Arguments : CallParts.None;
        reader.Read();
        var fits = part switch
        {
            CallParts.Type => reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var type) && type == HubProtocolConstants.InvocationMessageType,
            CallParts.Target => reader.TokenType == JsonTokenType.String,
            _ => reader.TokenType == JsonTokenType.StartArray,
        };
        reader.Skip();
        return fits ? part : CallParts.None;
    }

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
