using System.Net;
using StackExchange.Redis;

namespace Wsmq.Server.Stores.Redis.Connections;

/// <summary>
/// Pings every primary that the driver considers connected. With none connected the probe fails, so that the connection is replaced: the
/// driver retries with its old settings only, while a new connection may have a new password or resolve another address.
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

    // At least one of the servers that did not answer must answer here: an unreachable server is no reason to drop connections to others.
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
