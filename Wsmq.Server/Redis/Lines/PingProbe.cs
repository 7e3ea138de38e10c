using System.Net;
using StackExchange.Redis;

namespace Wsmq.Server.Redis.Lines;

/// <summary>
/// Pings every primary that the driver takes for connected. Where there is none, the driver tries again with the settings that it
/// has: another connection may have a new password, or find another address.
/// </summary>
internal sealed class PingProbe(ILine line, TimeSpan patience) : ILineProbe
{
    private HashSet<EndPoint> _silent = [];

    public async Task<bool?> AnswersAsync(CancellationToken cancellationToken)
    {
        var servers = line.Current.GetServers().Where(s => s is { IsConnected: true, IsReplica: false }).ToArray();
        var answered = await Task.WhenAll(servers.Select(s => AnswersAsync(s, cancellationToken)));
        _silent = [.. servers.Where((_, i) => !answered[i]).Select(s => s.EndPoint)];
        return servers.Length > 0 && _silent.Count == 0;
    }

    // Of those that did not answer at least one does: one that is away is no reason to give up the connections to the others.
    public async Task PrepareAsync(IConnectionMultiplexer fresh, CancellationToken cancellationToken)
    {
        var servers = fresh.GetServers().Where(s => s is { IsConnected: true, IsReplica: false }
            && (!line.IsOpen || _silent.Count == 0 || _silent.Contains(s.EndPoint))).ToArray();
        if (!(await Task.WhenAll(servers.Select(s => AnswersAsync(s, cancellationToken)))).Contains(true))
            throw new TimeoutException("Redis does not answer on a new connection either.");
    }

    private async Task<bool> AnswersAsync(IServer server, CancellationToken cancellationToken)
    {
        try
        {
            await server.PingAsync().WaitAsync(patience, cancellationToken);
            return true;
        }
        catch (Exception e) when (e is RedisException or TimeoutException or ObjectDisposedException)
        {
            return false;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
