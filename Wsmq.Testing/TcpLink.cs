using System.Net.Sockets;

namespace Wsmq.Testing;

/// <summary>One connection through a <see cref="TcpProxy"/>.</summary>
public sealed class TcpLink(Socket client, long bytesUntilCut, LinkConditions conditions)
{
    private readonly Socket _server = new(SocketType.Stream, ProtocolType.Tcp);
    private readonly LinkConditions _own = new();
    private long _rest = bytesUntilCut;
    private bool _silent;

    /// <summary>Nothing goes through it any more, in one direction at least.</summary>
    public bool IsSilent => Volatile.Read(ref _silent);

    /// <summary>Carries bytes until either side ends. True if it was cut because of their number.</summary>
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
            // The node is not there, or the link was cut: both are what a proxy is for.
        }

        Cut();
        return Volatile.Read(ref _rest) <= 0;
    }

    /// <summary>Lets nothing through any more, not even that a side has ended: either side believes the other one is there.</summary>
    public void Silence(bool up, bool down)
    {
        _own.Hold(up, down);
        Volatile.Write(ref _silent, true);
    }

    /// <summary>Ends both sides with a reset, so that what was on its way is lost.</summary>
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
                // Closed already.
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

        // That one side has ended goes the same way as all that it says.
        await tellAsync(0);
    }
}
