using Wsmq.Faults.Clients;
using Wsmq.Faults.History;
using Wsmq.Faults.Nodes;
using Wsmq.Faults.Stores;

namespace Wsmq.Faults.Running;

/// <summary>
/// Compares the resources of the nodes before the first client and after the last: connections, feeds, timers, sockets, subscriptions
/// and memory. Nothing may be left in journals, also not of nodes that were killed.
/// </summary>
internal sealed class Leftovers
{
    private const string WarmUser = "warm";
    private const string Journaled = "messages in journals; expected none";
    private const int Clients = 10;
    private const int Messages = 50;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    // For a reconnect to the store in progress, and the connection of the HTTP client that queries the state.
    private const int SocketSlack = 3;
    private const int TimerSlack = 8;

    // For buffers and caches that grow with the load and are not released.
    private const long MemorySlack = 24 * 1024 * 1024;

    private readonly Deployment _deployment;
    private readonly Timings _timings;
    private readonly HistoryFile _history;
    private NodeState _most = new(0, 0, 0, 0, 0);
    private int _subscriptions;

    private Leftovers(Deployment deployment, Timings timings, HistoryFile history) =>
        (_deployment, _timings, _history) = (deployment, timings, history);

    /// <summary>Connects and disconnects some clients, so that lazily created resources exist, and takes the baseline.</summary>
    public static async Task<Leftovers> MeasureAsync(Deployment deployment, Timings timings, HistoryFile history)
    {
        var baseline = new Leftovers(deployment, timings, history);
        await baseline.ConnectAsync(Clients, Messages);
        await WaitAsync(async () => (await baseline.StatesAsync()).All(s => s.State is { Connections: 0, Feeds: 0 }), CancellationToken.None);
        foreach (var (_, state) in await baseline.StatesAsync())
            baseline._most = Most(baseline._most, state);
        baseline._subscriptions = await deployment.SubscriptionsAsync();
        Progress.Say($"baseline: {baseline._most}, {baseline._subscriptions} subscriptions");
        return baseline;
    }

    /// <summary>Waits until all resources are back at the baseline, and records those that are not.</summary>
    public async Task CompareAsync(CancellationToken stop)
    {
        // Otherwise Redis keeps the subscriptions of a half-open connection until its TCP keep-alive detects the loss, after five minutes.
        foreach (var line in _deployment.Lines)
            line.CutSilent();
        List<(string Node, string What)> left = [];
        await WaitAsync(IsBackAsync, stop);
        foreach (var (node, what) in left)
            _history.Add(new HistoryEvent { Kind = EventKind.Leak, Id = node, Why = what });
        foreach (var (node, state) in await StatesAsync())
            Progress.Say($"at the end: {node} {state}");

        async Task<bool> IsBackAsync()
        {
            left = await FindAsync();

            // A node releases the limits of users who are gone with the first connect after a minute. New messages are in journals for a while.
            if (left.Exists(l => l.What != Journaled))
                await ConnectAsync(_deployment.Nodes.Count, messages: 1);
            return left.Count == 0;
        }
    }

    private async Task ConnectAsync(int count, int messages)
    {
        using var scratch = new Testing.TempFolder();
        await using var ignored = new HistoryFile(scratch.Path);
        var warm = Enumerable.Range(0, count).Select<int, Client>(i => i % 2 == 0
            ? new OurClient(WarmUser, $"d{i}", [], _deployment.NextNode, _timings, ignored)
            : new SignalRClient(WarmUser, $"d{i}", [], _deployment.NextNode, _timings, ignored)).ToArray();
        await Task.WhenAll(warm.Select(c => c.StartAsync()));
        await Task.WhenAll(warm.Select(c => c.SendManyAsync($"user:{WarmUser}", messages)));
        foreach (var client in warm)
            await client.DisposeAsync();
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
        if (await _deployment.JournaledAsync() > 0)
            left.Add(("the store", Journaled));
        return left;

        void Add(string node, string what, long found, long allowed)
        {
            if (found > allowed)
                left.Add((node, FormattableString.Invariant($"{found} {what}; expected at most {allowed}")));
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
