using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;

namespace Wsmq.Tests.Support;

/// <summary>A WebSocket without SignalR, which shows the boundaries of received WebSocket messages.</summary>
internal sealed class RawClient : IAsyncDisposable
{
    public const char Separator = '\u001e';

    private readonly ClientWebSocket _socket = new();
    private readonly ConcurrentQueue<string> _messages = [];
    private Task _reading = Task.CompletedTask;

    /// <summary>All received WebSocket messages.</summary>
    public IReadOnlyList<string> All => [.. _messages];

    /// <summary>Whether the server has closed the connection, or it has failed.</summary>
    public bool Ended => _reading.IsCompleted;

    /// <summary>The WebSocket messages that contain an invocation.</summary>
    public IReadOnlyList<string> Messages => [.. _messages.Where(m => m.Contains("\"type\":1,", StringComparison.Ordinal))];

    /// <summary>The invocations, of all WebSocket messages.</summary>
    public IReadOnlyList<string> Calls => [.. Messages.SelectMany(m => m.Split(Separator)).Where(c => c.StartsWith("{\"type\":1,", StringComparison.Ordinal))];

    public static Task<RawClient> ConnectAsync(TestNode node, string user, string query = "", bool reads = true) =>
        ConnectAsync(node.Hub, TestTokens.For(user), query, reads);

    /// <param name="reads">False for a client that never reads, and so does not answer a close either.</param>
    public static async Task<RawClient> ConnectAsync(Uri hub, string token, string query = "", bool reads = true)
    {
        var client = new RawClient();
        var address = hub.ToString().Replace("http", "ws", StringComparison.Ordinal);
        await client._socket.ConnectAsync(new Uri($"{address}?access_token={token}{query}"), default);
        await client.SendAsync("""{"protocol":"json","version":1}""");
        if (reads)
            client._reading = client.ReadAsync();
        return client;
    }

    public Task SendAsync(string frame) =>
        _socket.SendAsync(Encoding.UTF8.GetBytes(frame + Separator), WebSocketMessageType.Text, true, default);

    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        await _reading;
        _socket.Dispose();
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[64 * 1024];
        using var message = new MemoryStream();
        try
        {
            while (true)
            {
                var part = await _socket.ReceiveAsync(new ArraySegment<byte>(buffer), default);
                if (part.MessageType == WebSocketMessageType.Close)
                    return;
                message.Write(buffer, 0, part.Count);
                if (!part.EndOfMessage)
                    continue;
                _messages.Enqueue(Encoding.UTF8.GetString(message.ToArray()));
                message.SetLength(0);
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Aborted.
        }
    }
}
