using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Fuzz;

/// <summary>A TCP socket upgraded to a WebSocket: sends any bytes, and records the hub frames that it receives.</summary>
internal sealed class RawSocket : IAsyncDisposable
{
    private const string Handshake = "{\"protocol\":\"json\",\"version\":1}\u001e";

    private readonly TcpClient _tcp = new();
    private readonly ConcurrentQueue<string> _frames = [];
    private Task _reading = Task.CompletedTask;

    /// <summary>The received hub frames, without pings and the handshake response.</summary>
    public IReadOnlyList<string> Frames => [.. _frames.Where(f => f is not ("{}" or "{\"type\":6}"))];

    public bool HasHandshake => _frames.Contains("{}");

    /// <summary>The connection has ended: closed by the server, or reset.</summary>
    public bool IsClosed => _reading.IsCompleted;

    public static async Task<RawSocket> ConnectAsync(TestNode node, string user, bool handshake = true)
    {
        var socket = new RawSocket();
        try
        {
            await socket._tcp.ConnectAsync(node.Address.Host, node.Address.Port);
            var request = $"GET {TestNode.HubPath}?access_token={TestTokens.For(user)} HTTP/1.1\r\nHost: {node.Address.Authority}\r\n"
                + "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
            await socket._tcp.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request));
            await socket.ReadUpgradeAsync();
        }
        catch
        {
            await socket.DisposeAsync();
            throw;
        }

        socket._reading = socket.ReadAsync();
        if (handshake)
            await socket.SendAsync([WireFrame.Of(Handshake)]);
        return socket;
    }

    /// <summary>Sends the frames. A connection that the server has closed is not a failure.</summary>
    public async Task SendAsync(IEnumerable<WireFrame> frames)
    {
        try
        {
            await _tcp.GetStream().WriteAsync(frames.SelectMany(f => f.ToBytes()).ToArray());
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The server has closed the connection.
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Resets the connection at once, and discards unsent bytes.
        _tcp.LingerState = new LingerOption(true, 0);
        _tcp.Dispose();
        await _reading;
    }

    private async Task ReadUpgradeAsync()
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await _tcp.GetStream().ReadExactlyAsync(one);
            head.Append((char)one[0]);
        }

        head.ToString().Should().StartWith("HTTP/1.1 101");
    }

    private async Task ReadAsync()
    {
        try
        {
            var stream = _tcp.GetStream();
            var text = new StringBuilder();
            while (await ReadFrameAsync(stream) is { } payload)
            {
                text.Append(Encoding.UTF8.GetString(payload));
                var parts = text.ToString().Split('\u001e');
                foreach (var part in parts[..^1])
                    _frames.Enqueue(part);
                text.Clear().Append(parts[^1]);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or SocketException)
        {
            // The connection was reset.
        }
    }

    /// <summary>The payload of a data frame, empty for a control frame, null for a close frame.</summary>
    private static async Task<byte[]?> ReadFrameAsync(NetworkStream stream)
    {
        var head = new byte[2];
        await stream.ReadExactlyAsync(head);
        long length = head[1] & 0x7F;
        if (length >= 126)
        {
            var wide = new byte[length == 126 ? 2 : 8];
            await stream.ReadExactlyAsync(wide);
            length = wide.Length == 2 ? BinaryPrimitives.ReadUInt16BigEndian(wide) : BinaryPrimitives.ReadInt64BigEndian(wide);
        }

        var payload = new byte[length];
        await stream.ReadExactlyAsync(payload);
        return (head[0] & 0x0F) switch { 8 => null, 0 or 1 or 2 => payload, _ => [] };
    }
}
