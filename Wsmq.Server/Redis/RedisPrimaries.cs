using System.Globalization;
using System.Net;
using StackExchange.Redis;

namespace Wsmq.Server.Redis;

/// <summary>
/// Asks whoever decides which server is the primary: the sentinels, the majority of a Cluster by its epochs, and where there is
/// neither the servers themselves, of which one may be a primary only.
/// </summary>
internal sealed class RedisPrimaries(RedisConnections connections, RedisLanes lanes, WsmqRedisOptions options)
{
    private const int EpochField = 6;

    // Lanes of a Cluster ask at the same moment.
    private static readonly TimeSpan Shared = TimeSpan.FromMilliseconds(500);

    private readonly Lock _lock = new();
    private Task<ClusterNode[]>? _owners;
    private long _askedAt;

    /// <summary>Whether the server that a lane is appended at is named by somebody else than itself.</summary>
    public bool HasCoordinator => connections.Sentinels is not null || connections.IsCluster;

    /// <summary>
    /// Whether the server that a lane is appended at is the primary; null where nobody who could tell answers. Where it is not, the
    /// next call goes to the one that is.
    /// </summary>
    public async Task<bool?> IsNamedAsync(int lane, CancellationToken cancellationToken)
    {
        if (connections.Sentinels is not null)
            return await connections.FollowAsync(cancellationToken);
        return connections.IsCluster ? await IsOwnerAsync(lane, cancellationToken) : await IsOnlyOneAsync(cancellationToken);
    }

    private async Task<bool?> IsOnlyOneAsync(CancellationToken cancellationToken)
    {
        try
        {
            await connections.Commands.ConfigureAsync().WaitAsync(options.CommandTimeout, cancellationToken);
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            return null;
        }

        var primaries = connections.Commands.GetServers().Count(s => s is { IsConnected: true, IsReplica: false });
        return primaries == 0 ? null : primaries == 1;
    }

    private async Task<bool?> IsOwnerAsync(int lane, CancellationToken cancellationToken)
    {
        var key = lanes.Keys(lane).Batch;
        var slot = connections.Commands.HashSlot(key);
        var owner = (await OwnersAsync(cancellationToken)).Where(n => n.Slots.Any(s => s.From <= slot && slot <= s.To)).MaxBy(EpochOf);
        if (owner is null)
            return null;
        if (Equals(connections.Commands.GetServer(key).EndPoint, owner.EndPoint))
            return true;

        // Under another name than the driver's it would never be the same.
        if (!connections.Commands.GetEndPoints().Contains(owner.EndPoint))
            return null;
        connections.LookAgain();
        return false;
    }

    private Task<ClusterNode[]> OwnersAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_owners is null || (_owners.IsCompleted && TimeProvider.System.GetElapsedTime(_askedAt) >= Shared))
                (_owners, _askedAt) = (AskAsync(), TimeProvider.System.GetTimestamp());
            return _owners.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Who owns slots, as every server sees it that answers.</summary>
    private async Task<ClusterNode[]> AskAsync()
    {
        var views = await Task.WhenAll(connections.Commands.GetServers().Where(s => s.IsConnected).Select(ViewAsync));
        return [.. views.OfType<ClusterConfiguration>().SelectMany(view => view.Nodes).Where(n => !n.IsReplica)];
    }

    private async Task<ClusterConfiguration?> ViewAsync(IServer server)
    {
        try
        {
            return await server.ClusterNodesAsync().WaitAsync(options.ProbeTimeout);
        }
        catch (Exception e) when (e is RedisException or TimeoutException or ObjectDisposedException or OperationCanceledException)
        {
            // It is away; the others are asked as well.
            return null;
        }
    }

    private static long EpochOf(ClusterNode node) =>
        node.Raw.Split(' ') is var fields && fields.Length > EpochField
        && long.TryParse(fields[EpochField], NumberStyles.None, CultureInfo.InvariantCulture, out var epoch) ? epoch : 0;
}
