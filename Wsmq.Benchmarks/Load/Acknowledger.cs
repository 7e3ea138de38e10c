using Wsmq.Testing;

namespace Wsmq.Benchmarks.Load;

/// <summary>
/// Acknowledges cumulatively after as many deliveries or as long as the .NET client with its defaults, whichever is first. It stores the
/// last position of one source; the deliveries of a frame are of one source and in order.
/// </summary>
internal sealed class Acknowledger(Connection connection)
{
    private const int PositionBytes = 16;
    private static readonly WsmqClientOptions Defaults = new();

    private readonly Lock _lock = new();
    private readonly byte[] _position = new byte[PositionBytes];
    private byte[] _source = [];
    private int _pending;

    public static int Deliveries => Defaults.AckAfterMessages;

    public static TimeSpan Interval => Defaults.AckInterval;

    public void Delivered(ReadOnlySpan<byte> frame, int count)
    {
        var source = Field(frame, frame.IndexOf("\"source\":\""u8), "\"source\":\""u8.Length);
        var position = Field(frame, frame.LastIndexOf("\"position\":\""u8), "\"position\":\""u8.Length);
        lock (_lock)
        {
            if (!source.SequenceEqual(_source))
                _source = _source.Length == 0 ? source.ToArray() : throw new RunFailedException("A receiver got messages of two sources.");
            position.CopyTo(_position);
            _pending += count;
        }
    }

    public async ValueTask SendAsync(int atLeast)
    {
        if (Volatile.Read(ref _pending) < atLeast)
            return;
        await connection.EnterAsync();
        try
        {
            if (Take(atLeast) is { } frame)
                await connection.WriteAsync(frame);
        }
        finally
        {
            connection.Leave();
        }
    }

    private byte[]? Take(int atLeast)
    {
        lock (_lock)
        {
            // The timer and the reader both send acks: the other one may have been first.
            if (_pending < atLeast)
                return null;
            _pending = 0;
            return [.. "{\"type\":1,\"target\":\"Ack\",\"arguments\":[\""u8, .. _source, .. "\",\""u8, .. _position, .. "\"]}\u001e"u8];
        }
    }

    private static ReadOnlySpan<byte> Field(ReadOnlySpan<byte> frame, int at, int nameBytes)
    {
        if (at < 0)
            throw Connection.Unexpected(frame);
        var value = frame[(at + nameBytes)..];
        return value[..value.IndexOf((byte)'"')];
    }
}
