using System.Buffers;
using System.Buffers.Text;

namespace Wsmq.Benchmarks.Load;

/// <summary>
/// The body of every message of both peers: a JSON string of a fixed length with its sender, its sequence number for that sender and
/// receiver, and the time at which it was due. A JSON string contains no unescaped quote, so that a field name with its quotes can be
/// found in a frame by its text, and the mark with its quote is the start of a body.
/// </summary>
internal static class Body
{
    public const int SmallestBytes = 64;

    private const int SenderAt = 5;
    private const int NumberAt = 10;
    private const int TimeAt = 21;
    private const int FillAt = 40;
    private static readonly StandardFormat Four = new('D', 4);
    private static readonly StandardFormat Ten = new('D', 10);
    private static readonly StandardFormat Nineteen = new('D', 19);

    public static ReadOnlySpan<byte> Mark => "\"wb1:"u8;

    public static void Write(Span<byte> body, int sender, long number, long time)
    {
        Mark.CopyTo(body);
        Utf8Formatter.TryFormat(sender, body[SenderAt..], out _, Four);
        body[NumberAt - 1] = (byte)':';
        Utf8Formatter.TryFormat(number, body[NumberAt..], out _, Ten);
        body[TimeAt - 1] = (byte)':';
        Utf8Formatter.TryFormat(time, body[TimeAt..], out _, Nineteen);
        body[FillAt..^1].Fill((byte)'x');
        body[^1] = (byte)'"';
    }

    /// <summary>Reads a body that starts at the mark.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, out int sender, out long number, out long time)
    {
        (number, time, sender) = (0, 0, 0);
        return body.Length >= SmallestBytes
            && Utf8Parser.TryParse(body.Slice(SenderAt, 4), out sender, out _)
            && Utf8Parser.TryParse(body.Slice(NumberAt, 10), out number, out _)
            && Utf8Parser.TryParse(body.Slice(TimeAt, 19), out time, out _);
    }
}
