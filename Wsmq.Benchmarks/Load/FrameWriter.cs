using System.Buffers.Text;
using System.Text;

namespace Wsmq.Benchmarks.Load;

/// <summary>Writes frames of the JSON hub protocol as bytes into a reused buffer.</summary>
internal sealed class FrameWriter
{
    public const byte Separator = 0x1E;
    private byte[] _buffer = new byte[4096];
    private int _length;

    public ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, _length);

    public void Clear() => _length = 0;

    public void Write(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_buffer.AsSpan(_length));
        _length += bytes.Length;
    }

    public void Write(string text)
    {
        Reserve(Encoding.UTF8.GetMaxByteCount(text.Length));
        _length += Encoding.UTF8.GetBytes(text, _buffer.AsSpan(_length));
    }

    public void Write(long number)
    {
        Reserve(20);
        Utf8Formatter.TryFormat(number, _buffer.AsSpan(_length), out var written);
        _length += written;
    }

    public Span<byte> Take(int bytes)
    {
        Reserve(bytes);
        _length += bytes;
        return _buffer.AsSpan(_length - bytes, bytes);
    }

    public void EndFrame() => Write([Separator]);

    private void Reserve(int bytes)
    {
        if (_buffer.Length - _length < bytes)
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + bytes));
    }
}
