using System.Net;
using StackExchange.Redis;

namespace Wsmq.Server.Stores.Redis.Connections;

/// <summary>
/// Checks whether this node still receives messages on its channels: publishes on them, and waits for any message. A ping would not detect
/// a lost subscription, nor a subscription at a server that is no longer the primary.
/// </summary>
internal sealed class SignalProbe(RedisConnections connections, RedisLanes lanes, WsmqRedisOptions options) : ILineProbe
{
    private static readonly byte[] Message = "T"u8.ToArray();

    private TaskCompletionSource?[] _waiting = [];
    private int _round;

    public static bool IsProbe(ReadOnlySpan<byte> message) => message.SequenceEqual(Message);

    public void Start() => _waiting = new TaskCompletionSource?[lanes.Count];

    /// <summary>Called for each message on the channel of a lane.</summary>
    public void Heard(RedisLane lane)
    {
        if (Volatile.Read(ref _waiting[lane.Number]) is not null)
            Interlocked.Exchange(ref _waiting[lane.Number], null)?.TrySetResult();
    }

    /// <summary>Null if the probe could not be published: the state of the subscriptions is then unknown.</summary>
    public async Task<bool?> AnswersAsync(CancellationToken cancellationToken)
    {
        var round = _round++;
        var servers = lanes.All.GroupBy(ServerOf).ToArray();
        var heard = await Task.WhenAll(servers.Select(server => AnswersAsync([.. server], round, cancellationToken)));
        return heard.Contains(false) ? false : heard.Contains(true) ? true : null;
    }

    public Task PrepareAsync(IConnectionMultiplexer fresh, CancellationToken cancellationToken) =>
        connections.Channels.MoveToAsync(fresh).WaitAsync(cancellationToken);

    /// <summary>Probes one of the lanes that a server carries, a different one each round.</summary>
    private async Task<bool?> AnswersAsync(RedisLane[] some, int round, CancellationToken cancellationToken)
    {
        var heard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        foreach (var lane in some)
            Volatile.Write(ref _waiting[lane.Number], heard);
        try
        {
            var channel = some[round % some.Length].Channel;
            await connections.AskAsync((database, primary) => database.PublishAsync(channel, Message, primary), cancellationToken)
                .WaitAsync(options.ProbeTimeout, cancellationToken);
        }
        catch (Exception e) when (e is WsmqException or TimeoutException)
        {
            return null;
        }

        try
        {
            await heard.Task.WaitAsync(options.ProbeTimeout, cancellationToken);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private EndPoint? ServerOf(RedisLane lane)
    {
        try
        {
            return connections.IsCluster ? connections.Commands.GetServer(lane.Keys.Batch).EndPoint : null;
        }
        catch (Exception e) when (e is RedisException or WsmqException or ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }
}
