using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Wsmq.Faults.History;

namespace Wsmq.Faults.Clients;

/// <summary>A WebSocket and as little as the protocol needs, so that thousands of them cost this process little.</summary>
internal sealed class RawClient(string user, Func<Uri> node, HistoryFile history) : IAsyncDisposable
{
    private const byte EndOfFrame = 0x1E;
    private static readonly byte[] Handshake = [.. """{"protocol":"json","version":1}"""u8, EndOfFrame];
    private static readonly byte[] Ping = [.. """{"type":6}"""u8, EndOfFrame];

    private ClientWebSocket? _socket;
    private Task _reading = Task.CompletedTask;
    private int _connections;
    private int _received;

    public string User => user;

    public int Received => Volatile.Read(ref _received);

    private string Name => $"{user}/default";

    /// <summary>Connects, again and again until it is let in.</summary>
    public async Task ConnectAsync(CancellationToken stop)
    {
        for (var pause = 100; ; pause = Math.Min(2 * pause, 2000))
        {
            stop.ThrowIfCancellationRequested();
            try
            {
                await TryConnectAsync(stop);
                return;
            }
            catch (Exception e) when (e is WebSocketException or IOException or OperationCanceledException && !stop.IsCancellationRequested)
            {
                await Task.Delay(Random.Shared.Next(pause / 2, pause), stop);
            }
        }
    }

    public void Abort() => _socket?.Abort();

    public async ValueTask DisposeAsync()
    {
        Abort();
        await _reading;
        _socket?.Dispose();
    }

    private async Task TryConnectAsync(CancellationToken stop)
    {
        Abort();
        await _reading;
        _socket?.Dispose();
        var socket = _socket = new ClientWebSocket();
        socket.Options.KeepAliveInterval = TimeSpan.Zero;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(TimeSpan.FromSeconds(20));
        await socket.ConnectAsync(new UriBuilder(node()) { Scheme = "ws", Path = Nodes.NodeCommand.HubPath, Query = $"user={user}" }.Uri, limit.Token);
        await socket.SendAsync(Handshake, WebSocketMessageType.Text, endOfMessage: true, limit.Token);
        var letIn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var number = ++_connections;
        _reading = ReadAsync(socket, number, letIn);
        await letIn.Task.WaitAsync(limit.Token);
        if (number == 1)
            history.Add(new HistoryEvent { Kind = EventKind.Device, Device = Name, Why = EventKind.Plain, Reads = [$"user:{user}"] });
    }

    private async Task ReadAsync(ClientWebSocket socket, int number, TaskCompletionSource letIn)
    {
        var buffer = new byte[4096];
        var filled = 0;
        try
        {
            while (true)
            {
                if (filled == buffer.Length)
                    Array.Resize(ref buffer, 2 * filled);
                var read = await socket.ReceiveAsync(buffer.AsMemory(filled), CancellationToken.None);
                if (read.MessageType == WebSocketMessageType.Close)
                    break;
                filled += read.Count;
                for (int end; (end = buffer.AsSpan(0, filled).IndexOf(EndOfFrame)) >= 0; filled -= end + 1)
                {
                    await TakeAsync(socket, Encoding.UTF8.GetString(buffer, 0, end), number, letIn);
                    buffer.AsSpan(end + 1, filled - end - 1).CopyTo(buffer);
                }
            }
        }
        catch (Exception e) when (e is WebSocketException or ObjectDisposedException or OperationCanceledException or IOException)
        {
            // Cut: that is what it is for.
        }

        letIn.TrySetException(new IOException("The connection ended before it was let in."));
    }

    private async Task TakeAsync(ClientWebSocket socket, string frame, int number, TaskCompletionSource letIn)
    {
        using var json = JsonDocument.Parse(frame);
        var root = json.RootElement;
        if (!root.TryGetProperty("type", out var type))
        {
            // The answer to a first call says that it is in; the ack of nothing does nothing else.
            await socket.SendAsync(Encoding.UTF8.GetBytes(Call("Ack", "call", $"user:{user}", Position.Start.ToString())), WebSocketMessageType.Text, true, CancellationToken.None);
            return;
        }

        switch (type.GetInt32())
        {
            case 1 when root.GetProperty("target").GetString() == "Receive":
                await DeliveredAsync(socket, root.GetProperty("arguments")[0], number);
                break;
            case 3:
                letIn.TrySetResult();
                break;
            case 6:
                await socket.SendAsync(Ping, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
                break;
        }
    }

    private async Task DeliveredAsync(ClientWebSocket socket, JsonElement delivery, int number)
    {
        var (source, position) = (delivery.GetProperty("source").GetString()!, delivery.GetProperty("position").GetString()!);
        history.Add(new HistoryEvent
        {
            Kind = EventKind.Deliver, Device = Name, Connection = number, Address = source, Id = delivery.GetProperty("id").GetString(),
            Position = position, Previous = delivery.GetProperty("previous").GetString(),
        });
        Interlocked.Increment(ref _received);
        await socket.SendAsync(Encoding.UTF8.GetBytes(Call("Ack", null, source, position)), WebSocketMessageType.Text, true, CancellationToken.None);
    }

    private static string Call(string target, string? id, params string[] arguments) =>
        $"{{\"type\":1{(id is null ? "" : $",\"invocationId\":\"{id}\"")},\"target\":\"{target}\",\"arguments\":{JsonSerializer.Serialize(arguments)}}}\u001e";
}
