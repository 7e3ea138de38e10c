using System.Net.Sockets;

namespace Wsmq.Testing;

/// <summary>One connection through a <see cref="TcpProxy"/>.</summary>
public sealed class TcpLink(Socket client, long bytesUntilCut, LinkConditions conditions)
{
    private readonly Socket _server = new(SocketType.Stream, ProtocolType.Tcp);
    private readonly LinkConditions _own = new();
    private long _rest = bytesUntilCut;
    private bool _silent;

    /// <summary>Whether it forwards nothing any more, in at least one direction.</summary>
    public bool IsSilent => Volatile.Read(ref _silent);

    /// <summary>Forwards bytes until either side closes. True if it was cut because it reached its number of bytes.</summary>
    public async Task<bool> RunAsync(Uri target)
    {
        try
        {
            await _server.ConnectAsync(target.Host, target.Port);
            await using var near = new NetworkStream(client);
            await using var far = new NetworkStream(_server);
            await await Task.WhenAny(CopyAsync(near, far, up: true), CopyAsync(far, near, up: false));
        }
        catch (Exception e) when (IsEnd(e))
        {
            // The node is unreachable, or the link was cut: both are expected of this proxy.
        }

        Cut();
        return Volatile.Read(ref _rest) <= 0;
    }

    /// <summary>Forwards nothing any more, not even that a side has closed: each side considers the other connected.</summary>
    public void Silence(bool up, bool down)
    {
        _own.Hold(up, down);
        Volatile.Write(ref _silent, true);
    }

    /// <summary>Resets both sides, so that bytes in transit are lost.</summary>
    public void Cut()
    {
        foreach (var side in new[] { client, _server })
        {
            try
            {
                side.LingerState = new LingerOption(enable: true, seconds: 0);
            }
            catch (Exception e) when (IsEnd(e))
            {
                // Already closed.
            }

            side.Dispose();
        }

        _own.Clear();
    }

    private async Task PassUpAsync(int bytes)
    {
        await conditions.PassUpAsync(bytes);
        await _own.PassUpAsync(bytes);
    }

    private async Task PassDownAsync(int bytes)
    {
        await conditions.PassDownAsync(bytes);
        await _own.PassDownAsync(bytes);
    }

    private static bool IsEnd(Exception e) =>
        e is IOException or SocketException or ObjectDisposedException or InvalidOperationException or OperationCanceledException;

    private async Task CopyAsync(NetworkStream from, NetworkStream to, bool up)
    {
        Func<int, Task> passAsync = up ? PassUpAsync : PassDownAsync;
        Func<int, Task> passBackAsync = up ? PassDownAsync : PassUpAsync;
        var tellAsync = passAsync;
        var buffer = new byte[4096];
        await using var line = conditions.Latency > TimeSpan.Zero ? new LongLine(from, up, conditions) : null;
        try
        {
            while (Volatile.Read(ref _rest) > 0 && await (line?.ReadAsync(buffer) ?? from.ReadAsync(buffer)) is > 0 and var read)
            {
                await passAsync(read);
                var before = Interlocked.Add(ref _rest, -read) + read;
                tellAsync = passBackAsync;
                await to.WriteAsync(buffer.AsMemory(0, (int)Math.Clamp(before, 0, read)));
                tellAsync = passAsync;
            }
        }
        catch (Exception e) when (IsEnd(e))
        {
            // The other direction ends with this one.
        }

        // The end of one side is forwarded under the same conditions as its data.
        await tellAsync(0);
    }
}
