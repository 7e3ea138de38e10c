using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Framing;

/// <summary>
/// Composes deliveries as frames of SignalR's JSON hub protocol, by copying bytes; docs/protocol.md shows them. Another protocol would need
/// another class like this one, and one more serialized form in the messages made from it.
/// </summary>
internal static class JsonFrames
{
    /// <summary>The name of the hub protocol.</summary>
    public const string Protocol = "json";

    private static ReadOnlySpan<byte> Start => """{"type":1,"target":"Receive","arguments":["""u8;

    private static ReadOnlySpan<byte> End => "]}\u001e"u8;

    private static ReadOnlySpan<byte> ManyStart => """{"type":1,"target":"ReceiveMany","arguments":[["""u8;

    private static ReadOnlySpan<byte> ManyEnd => "]]}\u001e"u8;

    private static ReadOnlySpan<byte> Source => """{"source":"""u8;

    private static ReadOnlySpan<byte> At => ",\"position\":\""u8;

    private static ReadOnlySpan<byte> Previous => "\",\"previous\":\""u8;

    private static ReadOnlySpan<byte> Metadata => "\","u8;

    private static ReadOnlySpan<byte> Json => ",\"body\":"u8;

    private static ReadOnlySpan<byte> JsonEnd => "}"u8;

    private static ReadOnlySpan<byte> Data => ",\"data\":\""u8;

    private static ReadOnlySpan<byte> DataEnd => "\"}"u8;

    /// <summary>Wraps finished frames as a message that SignalR writes as it is.</summary>
    public static SerializedHubMessage Message(ReadOnlyMemory<byte> frames) => new([new SerializedMessage(Protocol, frames)]);

    /// <summary>An address as a JSON string.</summary>
    public static byte[] SourceOf(WsmqAddress source) => JsonText.Unescape(
        Encoding.UTF8.GetBytes($"\"{JsonEncodedText.Encode(source.ToString(), JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"")).ToArray();

    /// <summary>The <c>Receive</c> frame of a checked entry.</summary>
    public static byte[] Receive(ReadOnlySpan<byte> source, LogEntry entry, bool isBinary)
    {
        var metadata = entry.Metadata.Span[1..^1];
        var body = entry.Body.Span;
        var bodyLength = isBinary
            ? Data.Length + Base64.GetMaxEncodedToUtf8Length(body.Length) + DataEnd.Length
            : Json.Length + body.Length + JsonEnd.Length;
        var frame = GC.AllocateUninitializedArray<byte>(
            Start.Length + Source.Length + source.Length + At.Length + Previous.Length + (2 * WsmqPosition.Length) + Metadata.Length
            + metadata.Length + bodyLength + End.Length);

        var rest = frame.AsSpan();
        Append(ref rest, Start);
        Append(ref rest, Source);
        Append(ref rest, source);
        Append(ref rest, At);
        Append(ref rest, entry.Position);
        Append(ref rest, Previous);
        Append(ref rest, entry.Previous);
        Append(ref rest, Metadata);
        Append(ref rest, metadata);
        Append(ref rest, isBinary ? Data : Json);
        if (isBinary)
            AppendBase64(ref rest, body);
        else
            Append(ref rest, body);
        Append(ref rest, isBinary ? DataEnd : JsonEnd);
        Append(ref rest, End);
        return frame;
    }

    /// <summary>The delivery inside a <c>Receive</c> frame.</summary>
    public static ReadOnlySpan<byte> Delivery(ReadOnlySpan<byte> frame) => frame[Start.Length..^End.Length];

    /// <summary>The length of one <c>ReceiveMany</c> frame made of <c>Receive</c> frames with this many bytes in total.</summary>
    public static int ManyLength(int count, int bytes) =>
        ManyStart.Length + bytes - (count * (Start.Length + End.Length)) + count - 1 + ManyEnd.Length;

    /// <summary>Writes the deliveries of <c>Receive</c> frames as one <c>ReceiveMany</c>.</summary>
    public static void WriteMany(ReadOnlySpan<byte[]> frames, Span<byte> target)
    {
        Append(ref target, ManyStart);
        for (var i = 0; i < frames.Length; i++)
        {
            if (i > 0)
                Append(ref target, ","u8);
            Append(ref target, Delivery(frames[i]));
        }

        Append(ref target, ManyEnd);
    }

    private static void Append(ref Span<byte> rest, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(rest);
        rest = rest[bytes.Length..];
    }

    private static void Append(ref Span<byte> rest, WsmqPosition position)
    {
        position.Value.TryFormat(rest, out var written, "D16", CultureInfo.InvariantCulture);
        rest = rest[written..];
    }

    private static void AppendBase64(ref Span<byte> rest, ReadOnlySpan<byte> body)
    {
        Base64.EncodeToUtf8(body, rest, out _, out var written);
        rest = rest[written..];
    }
}
