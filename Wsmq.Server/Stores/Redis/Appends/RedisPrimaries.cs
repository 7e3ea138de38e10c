using System.Globalization;
using System.Net;
using StackExchange.Redis;
using Wsmq.Server.Stores.Redis.Connections;

namespace Wsmq.Server.Stores.Redis.Appends;

/// <summary>
/// Queries the coordinator for the primary: the sentinels, or the majority of a Cluster by its epochs. Without either, the servers
/// themselves, of which only one may be a primary.
/// </summary>
internal sealed class RedisPrimaries(RedisConnections connections, WsmqRedisOptions options)
{
    private const int EpochField = 6;

    // The lanes of a Cluster query at the same time: they share an answer that is at most this old.
    private static readonly TimeSpan Shared = TimeSpan.FromMilliseconds(500);

    private readonly Lock _lock = new();
    private Task<ClusterView>? _view;
    private long _askedAt;

    /// <summary>Whether sentinels or a Cluster decide which server is the primary, not the server itself.</summary>
    public bool HasCoordinator => connections.Sentinels is not null || connections.IsCluster;

    /// <summary>
    /// Whether the server that receives a lane's appends is the primary; null if no server that could answer does. If false, the next
    /// call goes to the new primary.
    /// </summary>
    public async Task<bool?> IsNamedAsync(RedisLane lane, CancellationToken cancellationToken)
    {
        if (connections.Sentinels is not null)
            return await connections.FollowAsync(cancellationToken);
        return connections.IsCluster ? await IsOwnerAsync(lane, cancellationToken) : await IsOnlyOneAsync(cancellationToken);
    }

    /// <summary>The server that receives a lane's appends now; null if there is no coordinator or no server.</summary>
    public EndPoint? ServerOf(RedisLane lane) => connections.Sentinels is { } sentinels ? sentinels.Primary
        : connections.IsCluster ? OwnerByDriver(lane)
        : null;

    /// <summary>The same, if it is the server of other lanes as well.</summary>
    public EndPoint? SharedServerOf(RedisLane lane) => connections.IsCluster ? OwnerByDriver(lane) : null;

    /// <summary>
    /// Whether the server that a batch was sent to has been replaced as the primary, or may have been because most primaries of a Cluster
    /// do not answer: a replaced primary does not notice it for a while. Always sends a new query, since an older view says nothing about
    /// the time of the batch's answer.
    /// </summary>
    public async Task<bool> WasReplacedAsync(RedisLane lane, EndPoint server, CancellationToken cancellationToken)
    {
        if (connections.Sentinels is { } sentinels)
        {
            await connections.FollowAsync(cancellationToken);
            return !server.Equals(sentinels.Primary);
        }

        var slot = connections.Commands.HashSlot(lane.Keys.Batch);
        var view = await ViewAsync(TimeSpan.Zero, cancellationToken);
        if (!view.IsOfMost)
            return true;
        var owner = OwnerOf(slot, view);

        // Compare only addresses that the driver uses: under another name for the same server, the comparison would always fail.
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

    private async Task<bool?> IsOwnerAsync(RedisLane lane, CancellationToken cancellationToken)
    {
        var slot = connections.Commands.HashSlot(lane.Keys.Batch);
        var owner = OwnerOf(slot, await ViewAsync(Shared, cancellationToken));
        if (owner is null)
            return null;
        if (owner.EndPoint is { } named && named.Equals(OwnerByDriver(lane)))
            return true;

        // Compare only addresses that the driver uses: under another name for the same server, the comparison would always fail.
        if (!connections.Commands.GetEndPoints().Contains(owner.EndPoint))
            return null;
        connections.LookAgain();
        return false;
    }

    private EndPoint? OwnerByDriver(RedisLane lane)
    {
        try
        {
            return connections.Commands.GetServer(lane.Keys.Batch).EndPoint;
        }
        catch (Exception e) when (e is RedisException or WsmqException or ArgumentException or InvalidOperationException)
        {
            // Not connected at the moment.
            return null;
        }
    }

    private static ClusterNode? OwnerOf(int slot, ClusterView view) =>
        view.Primaries.Where(n => n.Slots.Any(s => s.From <= slot && slot <= s.To)).MaxBy(EpochOf);

    /// <param name="age">The maximum age of a shared answer.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    private Task<ClusterView> ViewAsync(TimeSpan age, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            // Even while the last query is still pending: with a frozen server it takes as long as the probe timeout.
            if (_view is null || TimeProvider.System.GetElapsedTime(_askedAt) >= age)
                (_view, _askedAt) = (AskAsync(), TimeProvider.System.GetTimestamp());
            return _view.WaitAsync(cancellationToken);
        }
    }

    /// <summary>The owners of slots, as seen by every server that answers.</summary>
    private async Task<ClusterView> AskAsync()
    {
        var answers = await Task.WhenAll(connections.Commands.GetServers().Where(s => s.IsConnected).Select(NodesAsync));
        ClusterNode[][] views = [.. answers.OfType<ClusterConfiguration>().Select(view => view.Nodes.Where(n => !n.IsReplica && n.Slots.Count > 0).ToArray())];
        var witnesses = views.Count(view => view.Any(n => n.IsMyself));
        return new ClusterView([.. views.SelectMany(view => view)], 2 * witnesses > views.Max(view => (int?)view.Length));
    }

    private async Task<ClusterConfiguration?> NodesAsync(IServer server)
    {
        try
        {
            return await server.ClusterNodesAsync().WaitAsync(options.ProbeTimeout);
        }
        catch (Exception e) when (e is RedisException or TimeoutException or ObjectDisposedException or OperationCanceledException)
        {
            // The server is unreachable; the others are queried as well.
            return null;
        }
    }

    private static long EpochOf(ClusterNode node) =>
        node.Raw.Split(' ') is var fields && fields.Length > EpochField
        && long.TryParse(fields[EpochField], NumberStyles.None, CultureInfo.InvariantCulture, out var epoch) ? epoch : 0;

    /// <param name="Primaries">The primaries that own slots, as seen by each server that answered.</param>
    /// <param name="IsOfMost">More than half of these primaries answered themselves.</param>
    private sealed record ClusterView(ClusterNode[] Primaries, bool IsOfMost);
}
