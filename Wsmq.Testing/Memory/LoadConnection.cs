using System.Net.WebSockets;
using System.Text;

namespace Wsmq.Testing.Memory;

/// <summary>A WebSocket that sends a load, and reads the answers or does not.</summary>
internal sealed class LoadConnection : IAsyncDisposable
{
    private readonly ClientWebSocket _socket = new();
    private Task _reading = Task.CompletedTask;

    public long Sent { get; private set; }

    public static async Task<LoadConnection> OpenAsync(Uri hub, bool reads, CancellationToken cancellationToken)
    {
        LoadConnection? connection = null;
        await Eventually.That(
            "the node accepts one more connection", async () => (connection = await TryOpenAsync(hub, cancellationToken)) is not null);
        if (reads)
            connection!._reading = connection.ReadAsync();
        return connection!;
    }

    /// <summary>Sends until it is cancelled, or until the node has closed the connection.</summary>
    public async Task RunAsync(MemoryLoad load, CancellationToken cancellationToken)
    {
        try
        {
            if (load.Opening is { } opening)
                await SendAsync(opening + MemoryLoads.Separator, cancellationToken);
            for (var i = 0; load.Times is null || i < load.Times; i++)
                await SendAsync(load.Frame, cancellationToken);
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
        catch (Exception e) when (e is OperationCanceledException || IsClosed(e))
        {
            // Cancelled, or closed by the node.
        }
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        await _reading;
        _socket.Dispose();
    }

    // A socket whose pending read detects a broken connection disposes itself, even while a send is in progress.
    private static bool IsClosed(Exception e) => e is WebSocketException or IOException or ObjectDisposedException;

    // Null if the node closes it: connections of the previous load may still be closing and count towards the limit.
    private static async Task<LoadConnection?> TryOpenAsync(Uri hub, CancellationToken cancellationToken)
    {
        var connection = new LoadConnection();
        try
        {
            await connection._socket.ConnectAsync(hub, cancellationToken);
            await connection.SendAsync("""{"protocol":"json","version":1}""" + MemoryLoads.Separator, cancellationToken);
            return connection;
        }
        catch (Exception e) when (IsClosed(e))
        {
            await connection.DisposeAsync();
            return null;
        }
    }

    private Task SendAsync(string text, CancellationToken cancellationToken) => SendAsync(Encoding.UTF8.GetBytes(text), cancellationToken);

    private async Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await _socket.SendAsync(bytes, WebSocketMessageType.Text, true, cancellationToken);
        Sent += bytes.Length;
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while ((await _socket.ReceiveAsync(new ArraySegment<byte>(buffer), CancellationToken.None)).MessageType != WebSocketMessageType.Close)
            {
            }
        }
        catch (Exception e) when (e is OperationCanceledException || IsClosed(e))
        {
            // Aborted by either side.
        }
    }
}
