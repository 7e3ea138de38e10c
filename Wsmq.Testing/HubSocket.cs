using System.Net.WebSockets;
using System.Text;

namespace Wsmq.Testing;

/// <summary>
/// A WebSocket to a hub without a SignalR client: it sends any text, and passes on the WebSocket messages that it receives, or never reads.
/// </summary>
public sealed class HubSocket : IAsyncDisposable
{
    /// <summary>Ends each frame of SignalR's JSON protocol.</summary>
    public const char Separator = '\u001e';

    private const string Handshake = """{"protocol":"json","version":1}""";

    private readonly ClientWebSocket _socket = new();
    private Task _reading = Task.CompletedTask;

    private HubSocket() => _socket.Options.KeepAliveInterval = TimeSpan.Zero;

    /// <summary>The bytes sent, without the handshake.</summary>
    public long Sent { get; private set; }

    /// <summary>Completes once nothing more is received: the server has closed the connection, or it has failed. Never fails.</summary>
    public Task Ended => _reading;

    /// <summary>Connects, and sends the handshake.</summary>
    /// <exception cref="WebSocketException">The server refuses the connection, or cannot be reached.</exception>
    public static async Task<HubSocket> OpenAsync(Uri hub, CancellationToken cancellationToken)
    {
        var socket = new HubSocket();
        try
        {
            await socket._socket.ConnectAsync(hub, cancellationToken);
            await socket.SendAsync(Handshake, cancellationToken);
            socket.Sent = 0;
            return socket;
        }
        catch
        {
            await socket.DisposeAsync();
            throw;
        }
    }

    /// <summary>Whether an exception of a call means that the connection has ended.</summary>
    /// <remarks>A socket whose pending read detects a broken connection disposes itself, even while a send is in progress.</remarks>
    public static bool IsEnd(Exception exception) => exception is WebSocketException or IOException or ObjectDisposedException;

    /// <summary>Starts to read. Without it the client never reads, and so does not answer a close either.</summary>
    /// <param name="take">Called with each WebSocket message, which may hold several frames; an IOException ends the reading.</param>
    public void StartReading(Func<string, Task> take) => _reading = ReadAsync(take);

    /// <summary>Sends a frame; the separator is added.</summary>
    public Task SendAsync(string frame, CancellationToken cancellationToken = default) =>
        SendAsync(Encoding.UTF8.GetBytes(frame + Separator), cancellationToken);

    /// <summary>Sends bytes as one WebSocket message.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken = default)
    {
        await _socket.SendAsync(bytes, WebSocketMessageType.Text, endOfMessage: true, cancellationToken);
        Sent += bytes.Length;
    }

    public void Abort() => _socket.Abort();

    public async ValueTask DisposeAsync()
    {
        Abort();
        await _reading;
        _socket.Dispose();
    }

    private async Task ReadAsync(Func<string, Task> take)
    {
        var buffer = new byte[16 * 1024];
        using var message = new MemoryStream();
        try
        {
            while (true)
            {
                var part = await _socket.ReceiveAsync(new ArraySegment<byte>(buffer), CancellationToken.None);
                if (part.MessageType == WebSocketMessageType.Close)
                    return;
                message.Write(buffer, 0, part.Count);
                if (!part.EndOfMessage)
                    continue;
                await take(Encoding.UTF8.GetString(message.GetBuffer(), 0, (int)message.Length));
                message.SetLength(0);
            }
        }
        catch (Exception e) when (e is OperationCanceledException || IsEnd(e))
        {
            // Aborted by either side.
        }
    }
}
