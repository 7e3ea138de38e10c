using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Stores.Redis.Connections;

namespace Wsmq.Server.Stores.Redis;

/// <summary>
/// Nodes in Redis: their registrations in a sorted set, questions over a channel for each node, answers in a key for each question. All of
/// it is in the first lane, so that one script may use it on a Cluster.
/// </summary>
internal sealed class RedisNodes(
    RedisConnections connections, RedisLanes lanes, IResponderStore responders, WsmqNodeOptions options, RedisClock clock, ILogger logger) : INodeStore
{
    // How much longer than its question waits an answer is stored: for the node that asks to read it.
    private static readonly TimeSpan Spare = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestLeave = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, OpenQuestion> _open = new(StringComparer.Ordinal);
    private readonly NodeAnswers _answers = new(connections, lanes, options.AnswerTimeout + Spare, logger);
    private readonly NodeHandlers _handlers = new();
    private volatile bool _joined;

    public string Kind => "redis";

    public string Self => lanes.Node;

    public IResponderStore Responders => responders;

    private LaneKeys Keys => lanes[0].Keys;

    public async Task JoinAsync(Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> answer, CancellationToken cancellationToken)
    {
        _answers.Begin(answer);
        await connections.Channels.ListenAsync(ChannelOf(Self), Handle).WaitAsync(cancellationToken);
        _joined = true;
        await RenewAsync(cancellationToken);
    }

    /// <summary>
    /// Renews the registration, if the node has joined. In any case a write, because a server that answers a ping may still refuse writes:
    /// a replica, or a server that cannot write its file.
    /// </summary>
    /// <exception cref="WsmqException"><c>store-unavailable</c>.</exception>
    public async Task RenewAsync(CancellationToken cancellationToken)
    {
        var asked = clock.Timestamp;
        var reply = await RedisErrors.GuardAsync(
            () => connections.Database.ScriptEvaluateAsync(
                RedisScript.NodesRenew, [Keys.Nodes], [Self, _joined ? options.Expiry.WholeMilliseconds() : 0], CommandFlags.DemandMaster),
            cancellationToken);
        clock.Observe((long)reply, asked);
    }

    public async Task LeaveAsync()
    {
        _answers.End();
        _joined = false;
        await _answers.WhenIdle();
        try
        {
            using var limit = new CancellationTokenSource(LongestLeave);
            await RenewAsync(limit.Token);
        }
        catch (Exception e) when (e is WsmqException or OperationCanceledException)
        {
            // Not connected, for example during a failover: the registration expires.
        }
    }

    public void Handle(NodeMessageKind kind, Action<ReadOnlyMemory<byte>> handler) => _handlers.Add(kind, handler);

    public async Task<bool> SendAsync(string node, NodeMessageKind kind, ReadOnlyMemory<byte> message, CancellationToken cancellationToken) =>
        node == Self
            ? _handlers.TryHandle(kind, message)
            : await connections.AskAsync(
                (database, primary) => database.PublishAsync(ChannelOf(node), NodeMessage.Of(kind, message), primary), cancellationToken) > 0;

    public async Task<NodeReplies> AskAsync(ReadOnlyMemory<byte> question, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var answers = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        if (_answers.Own(question) is { } own)
            answers.Add(Self, own);
        var id = NodeMessage.NewQuestion(Self);
        var open = _open[id] = new OpenQuestion();
        try
        {
            var asked = await InTimeAsync(SendToAllAsync(id, question, cancellationToken), timeout, cancellationToken);
            var listening = asked.Where(a => a.Listens).Select(a => a.Node).ToArray();
            open.Expect(listening);
            await open.All.WaitAsync(timeout, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
            if (listening.Length > 0)
                await InTimeAsync(ReadAsync(id, listening, answers, cancellationToken), timeout, cancellationToken);
            var missing = asked.Select(a => a.Node).Where(n => !answers.ContainsKey(n));
            return new NodeReplies(answers, [.. missing.Order(StringComparer.Ordinal)]);
        }
        finally
        {
            _open.TryRemove(id, out _);
        }
    }

    private RedisChannel ChannelOf(string node) =>
        connections.IsCluster ? RedisChannel.Sharded(Keys.NodeChannels + node) : RedisChannel.Literal(Keys.NodeChannels + node);

    private static async Task<T> InTimeAsync<T>(Task<T> call, TimeSpan timeout, CancellationToken cancellationToken)
    {
        try
        {
            return await call.WaitAsync(timeout, cancellationToken);
        }
        catch (TimeoutException e)
        {
            throw new WsmqException(WsmqErrors.StoreUnavailable, innerException: e);
        }
    }

    private async Task<(string Node, bool Listens)[]> SendToAllAsync(
        string id, ReadOnlyMemory<byte> question, CancellationToken cancellationToken)
    {
        var reply = (RedisResult[])(await connections.EvaluateAsync(
            RedisScript.NodesAsk, [Keys.Nodes],
            [lanes.PublishCommand, Keys.NodeChannels, Self, NodeMessage.Ask(id, question)], cancellationToken))!;
        return [.. reply.Chunk(2).Select(pair => ((string)pair[0]!, (long)pair[1] > 0))];
    }

    private async Task<bool> ReadAsync(
        string id, string[] asked, Dictionary<string, ReadOnlyMemory<byte>> answers, CancellationToken cancellationToken)
    {
        var key = Keys.AnswersTo(id);
        foreach (var entry in await connections.AskAsync((database, primary) => database.HashGetAllAsync(key, primary), cancellationToken))
        {
            if (entry.Value.Length() <= INodeStore.MaxAnswerBytes && asked.Contains((string)entry.Name!))
                answers.TryAdd((string)entry.Name!, entry.Value);
        }

        // What arrives later expires.
        await connections.AskAsync(
            (database, primary) => database.KeyDeleteAsync(key, primary | CommandFlags.FireAndForget), cancellationToken);
        return true;
    }

    private void Handle(ReadOnlyMemory<byte> message)
    {
        if (NodeMessage.TryRead(message, out var kind, out var content))
            _handlers.TryHandle(kind, content);
        else if (!NodeMessage.TryRead(message, out var read))
            Log.UnreadableSignal(logger);
        else if (read.Node is null)
            _answers.Enqueue(read);
        else if (_open.TryGetValue(read.Question, out var open))
            open.Answered(read.Node);
    }
}
