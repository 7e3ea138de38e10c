using System.Collections.Concurrent;

namespace Wsmq.Tests.Support;

/// <summary>A client without SignalR, which shows the boundaries of received WebSocket messages.</summary>
internal sealed class RawClient : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _messages = [];
    private readonly HubSocket _socket;

    private RawClient(HubSocket socket, bool reads)
    {
        _socket = socket;
        if (!reads)
            return;
        socket.StartReading(message =>
        {
            _messages.Enqueue(message);
            return Task.CompletedTask;
        });
    }

    /// <summary>All received WebSocket messages.</summary>
    public IReadOnlyList<string> All => [.. _messages];

    /// <summary>Whether the server has closed the connection, or it has failed.</summary>
    public bool Ended => _socket.Ended.IsCompleted;

    /// <summary>The WebSocket messages that contain an invocation.</summary>
    public IReadOnlyList<string> Messages => [.. _messages.Where(m => m.Contains("\"type\":1,", StringComparison.Ordinal))];

    /// <summary>The invocations, of all WebSocket messages.</summary>
    public IReadOnlyList<string> Calls => [.. Messages.SelectMany(m => m.Split(HubSocket.Separator)).Where(c => c.StartsWith("{\"type\":1,", StringComparison.Ordinal))];

    public static Task<RawClient> ConnectAsync(TestNode node, string user, string query = "", bool reads = true) =>
        ConnectAsync(node.Hub, TestTokens.For(user), query, reads);

    /// <param name="hub">The hub's address.</param>
    /// <param name="token">The bearer token.</param>
    /// <param name="query">More of the query, with a leading ampersand.</param>
    /// <param name="reads">False for a client that never reads, and so does not answer a close either.</param>
    public static async Task<RawClient> ConnectAsync(Uri hub, string token, string query = "", bool reads = true)
    {
        var address = hub.ToString().Replace("http", "ws", StringComparison.Ordinal);
        return new RawClient(await HubSocket.OpenAsync(new Uri($"{address}?access_token={token}{query}"), default), reads);
    }

    public Task SendAsync(string frame) => _socket.SendAsync(frame);

    public ValueTask DisposeAsync() => _socket.DisposeAsync();
}
