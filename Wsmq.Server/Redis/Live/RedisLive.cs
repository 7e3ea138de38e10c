using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using Wsmq.Server.Diagnostics;

namespace Wsmq.Server.Redis.Live;

/// <summary>
/// Carries pushes between the nodes: a channel that all hear, one for each node, and one for each group. Nobody subscribes for a
/// connection or a user; which nodes have a user is known from the readers of its address. A node hears what it sends itself.
/// </summary>
internal sealed class RedisLive(RedisConnections connections, RedisKeys keys, RedisLanes lanes, ILogger logger)
{
    // Some hundred µs of Redis.
    private const int MostUsersInAScript = 1_000;

    private readonly LiveRepeats _repeats = new();
    private readonly long _node = LiveOrigin.NodeOf(lanes.Node);
    private long _sent;

    /// <summary>A push came; raised for the pushes of one channel one after another.</summary>
    public event Action<LivePush>? Received;

    public string Node => lanes.Node;

    /// <summary>Opens what every node hears, and this node's own channel.</summary>
    public Task StartAsync() => Task.WhenAll(ListenAsync(keys.Live), ListenAsync(keys.LiveNodes + Node));

    public Task<ChannelMessageQueue> ListenToGroupAsync(string name) => ListenAsync(keys.LiveGroup(name));

    public static async Task LeaveAsync(ChannelMessageQueue queue)
    {
        try
        {
            await queue.UnsubscribeAsync(CommandFlags.FireAndForget);
        }
        catch (ObjectDisposedException)
        {
            // The store is closed, and with it the subscription.
        }
    }

    public Task ToAllAsync(LivePush push, CancellationToken cancellationToken) => PublishAsync(keys.Live, push, cancellationToken);

    public Task ToNodeAsync(string node, LivePush push) => PublishAsync(keys.LiveNodes + node, push, CancellationToken.None);

    public Task ToGroupAsync(string name, LivePush push, CancellationToken cancellationToken) =>
        PublishAsync(keys.LiveGroup(name), push, cancellationToken);

    public Task ToUsersAsync(IEnumerable<string> users, ReadOnlyMemory<byte> frame, CancellationToken cancellationToken)
    {
        CheckStarted();

        // Nobody connects with an identifier that makes no address.
        var addresses = users.Distinct(StringComparer.Ordinal)
            .Select(user => Address.TryParse($"{Address.Prefix(AddressKind.User)}:{user}", out var address, out _) ? address : default)
            .Where(address => address != default);
        return Task.WhenAll(addresses.GroupBy(lanes.LaneOf)
            .SelectMany(lane => lane.Chunk(MostUsersInAScript))
            .Select(some => EvaluateAsync(some, frame, cancellationToken)));
    }

    private Task<RedisResult> EvaluateAsync(Address[] users, ReadOnlyMemory<byte> frame, CancellationToken cancellationToken)
    {
        var push = Write(new LivePush(LiveKind.Users, Array.ConvertAll(users, u => u.Name), frame));
        var metas = Array.ConvertAll(users, keys.Meta);

        // As EVAL: what is sent again after a script flush would come behind later pushes.
        return connections.EvaluateAsync(RedisScript.Push, metas, [keys.LiveNodes, push], cancellationToken, CommandFlags.NoScriptCache);
    }

    private Task<long> PublishAsync(string channel, LivePush push, CancellationToken cancellationToken)
    {
        CheckStarted();

        // Always at the same server of a Cluster: pushes from several would overtake each other.
        var to = RedisChannel.Literal(channel).WithKeyRouting();
        return RedisErrors.GuardAsync(() => connections.Database.PublishAsync(to, Write(push)), cancellationToken);
    }

    private byte[] Write(LivePush push) => LiveFormat.Write(push, new LiveOrigin(_node, Interlocked.Increment(ref _sent)));

    private Task<ChannelMessageQueue> ListenAsync(string name)
    {
        CheckStarted();
        return connections.ListenAsync(RedisChannel.Literal(name), Handle);
    }

    private void Handle(ReadOnlyMemory<byte> message)
    {
        if (!LiveFormat.TryRead(message, out var push, out var origin))
        {
            Log.UnreadableLivePush(logger);
            return;
        }

        if (_repeats.IsRepeat(origin))
            return;

        try
        {
            Received?.Invoke(push);
        }
        catch (Exception e)
        {
            // The driver would swallow it.
            Log.LivePushFailed(logger, e);
        }
    }

    // Services of the app may push before the host has opened the store.
    private void CheckStarted()
    {
        if (!connections.IsOpen)
            throw new WsmqException(WsmqErrors.StoreUnavailable, "the app has not started yet");
    }
}
