using System.Net.WebSockets;
using Wsmq.Testing;

namespace Wsmq.Benchmarks.Load;

/// <summary>Handles received frames: one call per frame, and one call after all frames that were received together.</summary>
internal interface IFrameHandler
{
    void OnFrame(ReadOnlySpan<byte> frame);

    ValueTask OnFramesHandledAsync();
}

/// <summary>
/// A WebSocket that speaks the JSON hub protocol, the same for both peers. One loop reads; it allocates nothing per message.
/// </summary>
internal sealed class Connection(LoadFailure failure) : IAsyncDisposable
{
    private const int FirstBuffer = 4096;

    // Invocations wait for the hub's OnConnectedAsync: its completion, even with an error for the unknown method, shows that it has run.
    private static readonly byte[] Probe = "{\"type\":1,\"invocationId\":\"ready\",\"target\":\"Ready\",\"arguments\":[]}\u001e"u8.ToArray();
    private static readonly byte[] Handshake = "{\"protocol\":\"json\",\"version\":1}\u001e"u8.ToArray();
    private static readonly byte[] Ping = "{\"type\":6}\u001e"u8.ToArray();

    private readonly ClientWebSocket _socket = new();
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private byte[] _buffer = new byte[FirstBuffer];
    private IFrameHandler? _handler;
    private Task _loop = Task.CompletedTask;
    private bool _greeted;

    /// <summary>Opens the WebSocket only, up to and including the upgrade.</summary>
    public async Task OpenAsync(Uri address, HttpMessageInvoker http, CancellationToken cancellationToken)
    {
        _socket.Options.KeepAliveInterval = Timeout.InfiniteTimeSpan;
        await _socket.ConnectAsync(address, http, cancellationToken);
    }

    /// <summary>Performs the hub protocol's handshake; completes once the hub has accepted the connection.</summary>
    public async Task StartAsync(IFrameHandler handler)
    {
        _handler = handler;
        _loop = Task.Run(ReadAsync);
        await SendAsync(Handshake);
        await SendAsync(Probe);
        await _ready.Task;
    }

    public ValueTask PingAsync() => _ready.Task.IsCompletedSuccessfully ? SendAsync(Ping) : ValueTask.CompletedTask;

    public async ValueTask SendAsync(ReadOnlyMemory<byte> frames)
    {
        await EnterAsync();
        try
        {
            await WriteAsync(frames);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Locks the connection for a caller that builds frames in a shared buffer: no other caller sends until it leaves.</summary>
    public ValueTask EnterAsync() => _sending.Wait(0) ? ValueTask.CompletedTask : new ValueTask(_sending.WaitAsync());

    public ValueTask WriteAsync(ReadOnlyMemory<byte> frames) =>
        _socket.SendAsync(frames, WebSocketMessageType.Text, endOfMessage: true, _stop.Token);

    public void Leave() => _sending.Release();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _socket.Dispose();
    }

    private async Task ReadAsync()
    {
        try
        {
            await ReadFramesAsync();
        }
        catch (Exception) when (_stop.IsCancellationRequested)
        {
            // A cancelled read closes the socket, and a concurrent send fails with it.
        }
        catch (Exception e)
        {
            _ready.TrySetException(e);
            failure.Set(e);
        }
    }

    private async Task ReadFramesAsync()
    {
        var (filled, scanned) = (0, 0);
        while (true)
        {
            if (filled == _buffer.Length)
                Array.Resize(ref _buffer, _buffer.Length * 2);
            var read = await _socket.ReceiveAsync(_buffer.AsMemory(filled), _stop.Token);
            if (read.MessageType == WebSocketMessageType.Close)
                throw new RunFailedException("A node closed a connection.");
            filled += read.Count;
            var used = Take(_buffer.AsSpan(0, filled), scanned);
            if (used > 0)
                await _handler!.OnFramesHandledAsync();
            _buffer.AsSpan(used, filled - used).CopyTo(_buffer);
            filled -= used;
            scanned = filled;
        }
    }

    /// <summary>Passes on every complete frame, and returns their total number of bytes.</summary>
    private int Take(ReadOnlySpan<byte> bytes, int scanned)
    {
        var start = 0;
        for (int length; (length = bytes[scanned..].IndexOf(FrameWriter.Separator)) >= 0; start = scanned)
        {
            var end = scanned + length;
            OnFrame(bytes[start..end]);
            scanned = end + 1;
        }

        return start;
    }

    private void OnFrame(ReadOnlySpan<byte> frame)
    {
        if (!_greeted)
            _greeted = frame.SequenceEqual("{}"u8) ? true : throw Unexpected(frame);
        else if (frame.StartsWith("{\"type\":7"u8))
            throw Unexpected(frame);
        else if (!_ready.Task.IsCompleted && frame.StartsWith("{\"type\":3,\"invocationId\":\"ready\""u8))
            _ready.TrySetResult();
        else if (!frame.StartsWith("{\"type\":6"u8))
            _handler!.OnFrame(frame);
    }

    public static RunFailedException Unexpected(ReadOnlySpan<byte> frame) =>
        new("A node sent an unexpected frame: " + System.Text.Encoding.UTF8.GetString(frame[..Math.Min(frame.Length, 400)]));
}
