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

    /// <summary>The server that a lane is appended at now; null where nobody else names it, or there is none.</summary>
    public EndPoint? ServerOf(int lane) => connections.Sentinels is { } sentinels ? sentinels.Primary
        : connections.IsCluster ? OwnerByDriver(lane)
        : null;

    /// <summary>
    /// Whether somebody else is named by now than the server that a batch was sent to. Asks anew: what was heard before its answer
    /// says nothing about it.
    /// </summary>
    public async Task<bool> WasReplacedAsync(int lane, EndPoint server, CancellationToken cancellationToken)
    {
        if (connections.Sentinels is { } sentinels)
        {
            await connections.FollowAsync(cancellationToken);
            return !server.Equals(sentinels.Primary);
        }

        var slot = connections.Commands.HashSlot(lanes.Keys(lane).Batch);
        var owner = OwnerOf(slot, await OwnersAsync(TimeSpan.Zero, cancellationToken));

        // Under another name than the driver's it would never be the same.
        return owner is not null && !server.Equals(owner.EndPoint) && connections.Commands.GetEndPoints().Contains(owner.EndPoint);
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
        var slot = connections.Commands.HashSlot(lanes.Keys(lane).Batch);
        var owner = OwnerOf(slot, await OwnersAsync(Shared, cancellationToken));
        if (owner is null)
            return null;
        if (owner.EndPoint is { } named && named.Equals(OwnerByDriver(lane)))
            return true;

        // Under another name than the driver's it would never be the same.
        if (!connections.Commands.GetEndPoints().Contains(owner.EndPoint))
            return null;
        connections.LookAgain();
        return false;
    }

    private EndPoint? OwnerByDriver(int lane)
    {
        try
        {
            return connections.Commands.GetServer(lanes.Keys(lane).Batch).EndPoint;
        }
        catch (Exception e) when (e is RedisException or WsmqException or ArgumentException or InvalidOperationException)
        {
            // Not connected at the moment.
            return null;
        }
    }

    private static ClusterNode? OwnerOf(int slot, ClusterNode[] owners) =>
        owners.Where(n => n.Slots.Any(s => s.From <= slot && slot <= s.To)).MaxBy(EpochOf);

    /// <param name="age">How old an answer may be.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    private Task<ClusterNode[]> OwnersAsync(TimeSpan age, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_owners is null || ((age == TimeSpan.Zero || _owners.IsCompleted) && TimeProvider.System.GetElapsedTime(_askedAt) >= age))
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
