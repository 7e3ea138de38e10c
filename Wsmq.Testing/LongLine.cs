using System.Diagnostics;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Wsmq.Testing;

/// <summary>One direction of a high-latency link: each byte arrives one latency after it was sent, however many follow it.</summary>
internal sealed class LongLine : IAsyncDisposable
{
    private const int ChunkBytes = 4096;

    private readonly NetworkStream _from;
    private readonly TimeSpan _latency;
    private readonly RoundTrips _trips;
    private readonly bool _up;
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<Chunk> _inFlight = Channel.CreateBounded<Chunk>(
        new BoundedChannelOptions(1024) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true, SingleWriter = true });
    private readonly Task _reading;

    public LongLine(NetworkStream from, bool up, LinkConditions conditions)
    {
        (_from, _up, _latency, _trips) = (from, up, conditions.Latency, conditions.Trips);
        _reading = FillAsync();
    }

    /// <summary>Returns 0 at the end, like a stream.</summary>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer)
    {
        if (!await _inFlight.Reader.WaitToReadAsync())
            return 0;
        var chunk = await _inFlight.Reader.ReadAsync();
        if (_latency - Stopwatch.GetElapsedTime(chunk.Sent) is { Ticks: > 0 } left)
            await Task.Delay(left);
        _trips.Arrive(_up, chunk.Trips);
        chunk.Bytes.CopyTo(buffer);
        return chunk.Bytes.Length;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reading;
        _stop.Dispose();
    }

    private async Task FillAsync()
    {
        try
        {
            var buffer = new byte[ChunkBytes];
            while (await _from.ReadAsync(buffer, _stop.Token) is > 0 and var read)
                await _inFlight.Writer.WriteAsync(new Chunk(buffer[..read], Stopwatch.GetTimestamp(), _trips.Leave(_up)), _stop.Token);
            _inFlight.Writer.Complete();
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            _inFlight.Writer.Complete(e);
        }
    }

    private readonly record struct Chunk(byte[] Bytes, long Sent, long Trips);
}
