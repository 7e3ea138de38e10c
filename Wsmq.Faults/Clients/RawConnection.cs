using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Wsmq.Faults.Clients;

/// <summary>One connection of a <see cref="RawClient"/>.</summary>
internal sealed class RawConnection(string user, Action<JsonElement> take) : IAsyncDisposable
{
    private const byte EndOfFrame = 0x1E;
    private static readonly byte[] Handshake = [.. """{"protocol":"json","version":1}"""u8, EndOfFrame];
    private static readonly byte[] Ping = [.. """{"type":6}"""u8, EndOfFrame];

    private readonly ClientWebSocket _socket = new();
    private readonly TaskCompletionSource _letIn = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _reading = Task.CompletedTask;

    /// <summary>Completes once nothing more can be received.</summary>
    public Task Ended => _reading;

    /// <summary>Connects, and waits until the server has accepted the connection. False if it refused it or did not answer.</summary>
    public async Task<bool> TryStartAsync(Uri hub, CancellationToken limit)
    {
        _socket.Options.KeepAliveInterval = TimeSpan.Zero;
        try
        {
            await _socket.ConnectAsync(hub, limit);
            await _socket.SendAsync(Handshake, WebSocketMessageType.Text, endOfMessage: true, limit);
            _reading = ReadAsync();
            await _letIn.Task.WaitAsync(limit);
            return true;
        }
        catch (Exception e) when (e is WebSocketException or IOException or OperationCanceledException)
        {
            Abort();
            return false;
        }
    }

    public void Abort() => _socket.Abort();

    public async ValueTask DisposeAsync()
    {
        Abort();
        await _reading;
        _socket.Dispose();
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[4096];
        var filled = 0;
        try
        {
            while (true)
            {
                if (filled == buffer.Length)
                    Array.Resize(ref buffer, 2 * filled);
                var read = await _socket.ReceiveAsync(buffer.AsMemory(filled), CancellationToken.None);
                if (read.MessageType == WebSocketMessageType.Close)
                    break;
                filled += read.Count;
                for (int end; (end = buffer.AsSpan(0, filled).IndexOf(EndOfFrame)) >= 0; filled -= end + 1)
                {
                    await TakeAsync(Encoding.UTF8.GetString(buffer, 0, end));
                    buffer.AsSpan(end + 1, filled - end - 1).CopyTo(buffer);
                }
            }
        }
        catch (Exception e) when (e is WebSocketException or ObjectDisposedException or OperationCanceledException or IOException)
        {
            // Cut, or closed by the server: the caller tries again.
        }

        _letIn.TrySetException(new IOException("The connection ended before it was accepted."));
    }

    private async Task TakeAsync(string frame)
    {
        using var json = JsonDocument.Parse(frame);
        var root = json.RootElement;
        if (!root.TryGetProperty("type", out var type))
        {
            // A call completes only once the server has accepted the connection. This ack has no other effect: it acknowledges nothing.
            await SendAsync(Call("Ack", "call", $"user:{user}", WsmqPosition.Start.ToString()));
            return;
        }

        switch (type.GetInt32())
        {
            case 1 when root.GetProperty("target").GetString() == "Receive":
                var delivery = root.GetProperty("arguments")[0];
                take(delivery);
                await SendAsync(Call("Ack", null, delivery.GetProperty("source").GetString()!, delivery.GetProperty("position").GetString()!));
                break;
            case 3 when root.TryGetProperty("error", out var error):
                throw new IOException($"The server refused the connection: {error}");
            case 3:
                _letIn.TrySetResult();
                break;
            case 6:
                await _socket.SendAsync(Ping, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
                break;
            case 7:
                throw new IOException($"Closed by the server: {frame}");
        }
    }

    private Task SendAsync(string frame) =>
        _socket.SendAsync(Encoding.UTF8.GetBytes(frame), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);

    private static string Call(string target, string? id, params string[] arguments) =>
        $"{{\"type\":1{(id is null ? "" : $",\"invocationId\":\"{id}\"")},\"target\":\"{target}\",\"arguments\":{JsonSerializer.Serialize(arguments)}}}\u001e";
}
