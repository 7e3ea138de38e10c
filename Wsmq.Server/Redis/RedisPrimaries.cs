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
    private Task<ClusterView>? _view;
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
    /// Whether somebody else is named by now than the server that a batch was sent to, or may be, as most primaries of a Cluster say
    /// nothing: the one that was replaced believes for a while that it was not. Asks anew: what was heard before its answer says
    /// nothing about it.
    /// </summary>
    public async Task<bool> WasReplacedAsync(int lane, EndPoint server, CancellationToken cancellationToken)
    {
        if (connections.Sentinels is { } sentinels)
        {
            await connections.FollowAsync(cancellationToken);
            return !server.Equals(sentinels.Primary);
        }

        var slot = connections.Commands.HashSlot(lanes.Keys(lane).Batch);
        var view = await ViewAsync(TimeSpan.Zero, cancellationToken);
        if (!view.IsOfMost)
            return true;
        var owner = OwnerOf(slot, view);

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
        var owner = OwnerOf(slot, await ViewAsync(Shared, cancellationToken));
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

    private static ClusterNode? OwnerOf(int slot, ClusterView view) =>
        view.Primaries.Where(n => n.Slots.Any(s => s.From <= slot && slot <= s.To)).MaxBy(EpochOf);

    /// <param name="age">How old an answer may be.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    private Task<ClusterView> ViewAsync(TimeSpan age, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            // Also while the last answer is not complete: of a server that stands still it is not for as long as a probe may take.
            if (_view is null || TimeProvider.System.GetElapsedTime(_askedAt) >= age)
                (_view, _askedAt) = (AskAsync(), TimeProvider.System.GetTimestamp());
            return _view.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Who owns slots, as every server sees it that answers.</summary>
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
            // It is away; the others are asked as well.
            return null;
        }
    }

    private static long EpochOf(ClusterNode node) =>
        node.Raw.Split(' ') is var fields && fields.Length > EpochField
        && long.TryParse(fields[EpochField], NumberStyles.None, CultureInfo.InvariantCulture, out var epoch) ? epoch : 0;

    /// <param name="Primaries">Those that own slots, as each server sees them that answered.</param>
    /// <param name="IsOfMost">More than half of them answered themselves.</param>
    private sealed record ClusterView(ClusterNode[] Primaries, bool IsOfMost);
}
