using Wsmq.Faults.Clients;
using Wsmq.Faults.History;
using Wsmq.Faults.Nodes;
using Wsmq.Faults.Stores;

namespace Wsmq.Faults.Running;

/// <summary>What nodes held before the first client and hold after the last: connections, feeds, timers, sockets, subscriptions, memory.</summary>
internal sealed class Leftovers
{
    private const string WarmUser = "warm";
    private const int Clients = 10;
    private const int Messages = 50;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    // A reconnect to the store may be under way, and a connection of the HTTP client that asks.
    private const int SocketSlack = 3;
    private const int TimerSlack = 8;

    // Buffers and caches grow with the load and stay.
    private const long MemorySlack = 24 * 1024 * 1024;

    private readonly Deployment _deployment;
    private readonly HistoryFile _history;
    private NodeState _most = new(0, 0, 0, 0, 0);
    private int _subscriptions;

    private Leftovers(Deployment deployment, HistoryFile history) => (_deployment, _history) = (deployment, history);

    /// <summary>Clients come and go, so that everything that is made once is there; what is held then is the baseline.</summary>
    public static async Task<Leftovers> MeasureAsync(Deployment deployment, Timings timings, HistoryFile history)
    {
        var baseline = new Leftovers(deployment, history);
        using var scratch = new Testing.TempFolder();
        await using (var ignored = new HistoryFile(scratch.Path))
        {
            var warm = Enumerable.Range(0, Clients).Select<int, Client>(i => i % 2 == 0
                ? new OurClient(WarmUser, $"d{i}", [], deployment.NextNode, timings, ignored)
                : new PlainClient(WarmUser, $"d{i}", [], deployment.NextNode, timings, ignored)).ToArray();
            await Task.WhenAll(warm.Select(c => c.StartAsync()));
            await Task.WhenAll(warm.Select(c => c.SendManyAsync($"user:{WarmUser}", Messages)));
            foreach (var client in warm)
                await client.DisposeAsync();
        }

        await WaitAsync(async () => (await baseline.StatesAsync()).All(s => s.State is { Connections: 0, Feeds: 0 }), CancellationToken.None);
        foreach (var (_, state) in await baseline.StatesAsync())
            baseline._most = Most(baseline._most, state);
        baseline._subscriptions = await deployment.SubscriptionsAsync();
        Progress.Say($"baseline: {baseline._most}, {baseline._subscriptions} subscriptions");
        return baseline;
    }

    /// <summary>Waits until all is as it was; what does not become so is recorded.</summary>
    public async Task CompareAsync(CancellationToken stop)
    {
        // Redis keeps what a connection has subscribed until its keep-alive has found that nobody is there, after five minutes.
        foreach (var line in _deployment.Lines)
            line.CutSilent();
        List<(string Node, string What)> left = [];
        await WaitAsync(async () => (left = await FindAsync()).Count == 0, stop);
        foreach (var (node, what) in left)
            _history.Add(new HistoryEvent { Kind = EventKind.Leak, Id = node, Why = what });
        foreach (var (node, state) in await StatesAsync())
            Progress.Say($"at the end: {node} {state}");
    }

    private static NodeState Most(NodeState a, NodeState b) => new(
        0, 0, Math.Max(a.Timers, b.Timers), Math.Max(a.Sockets, b.Sockets), Math.Max(a.Managed, b.Managed));

    private async Task<List<(string Node, string What)>> FindAsync()
    {
        List<(string, string)> left = [];
        foreach (var (node, state) in await StatesAsync())
        {
            Add(node, "connections", state.Connections, 0);
            Add(node, "feeds", state.Feeds, 0);
            Add(node, "timers", state.Timers, _most.Timers + TimerSlack);
            Add(node, "sockets", state.Sockets, _most.Sockets + SocketSlack);
            Add(node, "bytes of managed memory", state.Managed, _most.Managed + MemorySlack);
        }

        Add("the store", "subscriptions", await _deployment.SubscriptionsAsync(), _subscriptions);
        return left;

        void Add(string node, string what, long found, long allowed)
        {
            if (found > allowed)
                left.Add((node, FormattableString.Invariant($"{found} {what}, at most {allowed} expected")));
        }
    }

    private async Task<List<(string Node, NodeState State)>> StatesAsync()
    {
        List<(string, NodeState)> states = [];
        foreach (var node in _deployment.Nodes)
            states.Add((node.Name, await node.StateAsync()));
        return states;
    }

    private static async Task WaitAsync(Func<Task<bool>> condition, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(Limit);
        while (!await condition() && !limit.IsCancellationRequested)
            await Task.Delay(500, limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
