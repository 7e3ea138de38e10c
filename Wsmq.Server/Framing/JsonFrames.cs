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

    private static ReadOnlySpan<byte> StateStart => """{"type":1,"target":"State","arguments":["""u8;

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
        var frame = GC.AllocateUninitializedArray<byte>(Start.Length + DeliveryLength(source, entry, isBinary) + End.Length);
        var rest = frame.AsSpan();
        Append(ref rest, Start);
        AppendDelivery(ref rest, source, entry, isBinary);
        Append(ref rest, End);
        return frame;
    }

    /// <summary>The length of a checked entry as a delivery.</summary>
    public static int DeliveryLength(ReadOnlySpan<byte> source, LogEntry entry, bool isBinary) =>
        Source.Length + source.Length + At.Length + Previous.Length + (2 * WsmqPosition.Length) + Metadata.Length + entry.Metadata.Length - 2
        + (isBinary
            ? Data.Length + Base64.GetMaxEncodedToUtf8Length(entry.Body.Length) + DataEnd.Length
            : Json.Length + entry.Body.Length + JsonEnd.Length);

    /// <summary>Writes a checked entry as a delivery, without a call around it.</summary>
    /// <param name="target">Where to; on return, what is left of it.</param>
    /// <param name="source">The address as a JSON string.</param>
    /// <param name="entry">The entry.</param>
    /// <param name="isBinary">Whether its body is bytes.</param>
    public static void AppendDelivery(ref Span<byte> target, ReadOnlySpan<byte> source, LogEntry entry, bool isBinary)
    {
        Append(ref target, Source);
        Append(ref target, source);
        Append(ref target, At);
        Append(ref target, entry.Position);
        Append(ref target, Previous);
        Append(ref target, entry.Previous);
        Append(ref target, Metadata);
        Append(ref target, entry.Metadata.Span[1..^1]);
        Append(ref target, isBinary ? Data : Json);
        if (isBinary)
            AppendBase64(ref target, entry.Body.Span);
        else
            Append(ref target, entry.Body.Span);
        Append(ref target, isBinary ? DataEnd : JsonEnd);
    }

    /// <summary>A checked entry as a delivery.</summary>
    public static byte[] DeliveryOf(ReadOnlySpan<byte> source, LogEntry entry, bool isBinary)
    {
        var delivery = GC.AllocateUninitializedArray<byte>(DeliveryLength(source, entry, isBinary));
        var rest = delivery.AsSpan();
        AppendDelivery(ref rest, source, entry, isBinary);
        return delivery;
    }

    /// <summary>A copy of a <c>Receive</c> frame that names another previous position.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="source">The length of its address as a JSON string.</param>
    /// <param name="previous">The position.</param>
    public static byte[] WithPrevious(ReadOnlySpan<byte> frame, int source, WsmqPosition previous)
    {
        var copy = frame.ToArray();
        var rest = copy.AsSpan(Start.Length + Source.Length + source + At.Length + WsmqPosition.Length + Previous.Length);
        Append(ref rest, previous);
        return copy;
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

    /// <summary>A length that a <c>State</c> frame made of <c>Receive</c> frames does not exceed.</summary>
    public static int StateLength(ReadOnlySpan<byte> source, ReadOnlySpan<byte[]> frames)
    {
        var length = StateStart.Length + source.Length + ",[],\"\""u8.Length + WsmqPosition.Length + End.Length;
        foreach (var frame in frames)
            length += Delivery(frame).Length + 1;
        return length;
    }

    /// <summary>Writes the deliveries of <c>Receive</c> frames as one <c>State</c>. Returns its length.</summary>
    public static int WriteState(ReadOnlySpan<byte> source, ReadOnlySpan<byte[]> frames, WsmqPosition? through, Span<byte> target)
    {
        var rest = target;
        Append(ref rest, StateStart);
        Append(ref rest, source);
        Append(ref rest, ",["u8);
        for (var i = 0; i < frames.Length; i++)
        {
            if (i > 0)
                Append(ref rest, ","u8);
            Append(ref rest, Delivery(frames[i]));
        }

        Append(ref rest, "],"u8);
        if (through is { } position)
        {
            Append(ref rest, "\""u8);
            Append(ref rest, position);
            Append(ref rest, "\""u8);
        }
        else
        {
            Append(ref rest, "null"u8);
        }

        Append(ref rest, End);
        return target.Length - rest.Length;
    }

    public static void Append(ref Span<byte> rest, ReadOnlySpan<byte> bytes)
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
