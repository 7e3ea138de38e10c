using System.Buffers.Binary;
using System.Text;

namespace Wsmq.Tests.Fuzz;

/// <summary>One WebSocket frame as it is written to the socket. It may be malformed in ways that no library would send.</summary>
/// <param name="Opcode">0 continuation, 1 text, 2 binary, 8 close, 9 ping, 10 pong. The others are undefined.</param>
/// <param name="Payload">The bytes.</param>
/// <param name="Final">Whether it is the last frame of the message.</param>
/// <param name="Reserved">The three reserved bits. 4 means compressed.</param>
/// <param name="Masked">Whether the payload is masked, which the standard requires of clients.</param>
/// <param name="Claimed">The length in the header if it differs from the length of the payload.</param>
internal sealed record WireFrame(
    byte Opcode, byte[] Payload, bool Final = true, byte Reserved = 0, bool Masked = true, long? Claimed = null)
{
    private const byte Text = 1;

    /// <summary>A text frame; <c>␞</c> stands for the byte 0x1E.</summary>
    public static WireFrame Of(string text) => new(Text, Bytes(text));

    public static WireFrame Of(byte[] payload) => new(Text, payload);

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text.Replace('␞', '\u001e'));

    public byte[] ToBytes()
    {
        using var bytes = new MemoryStream();
        bytes.WriteByte((byte)((Final ? 0x80 : 0) | (Reserved << 4) | Opcode));
        WriteLength(bytes, Claimed ?? Payload.Length);

        // A mask of zeros is allowed, and leaves the payload unchanged.
        if (Masked)
            bytes.Write([0, 0, 0, 0]);
        bytes.Write(Payload);
        return bytes.ToArray();
    }

    private void WriteLength(MemoryStream bytes, long length)
    {
        var mask = Masked ? 0x80 : 0;
        Span<byte> wide = stackalloc byte[8];
        if (length < 126)
        {
            bytes.WriteByte((byte)(mask | (int)length));
        }
        else if (length <= ushort.MaxValue)
        {
            bytes.WriteByte((byte)(mask | 126));
            BinaryPrimitives.WriteUInt16BigEndian(wide, (ushort)length);
            bytes.Write(wide[..2]);
        }
        else
        {
            bytes.WriteByte((byte)(mask | 127));
            BinaryPrimitives.WriteInt64BigEndian(wide, length);
            bytes.Write(wide);
        }
    }
}
