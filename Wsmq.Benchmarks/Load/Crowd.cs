using System.Globalization;
using Wsmq.Benchmarks.Measuring;
using Wsmq.Benchmarks.Nodes;

namespace Wsmq.Benchmarks.Load;

/// <summary>All connections of one peer in one scenario, and their counters.</summary>
internal sealed class Crowd : IAsyncDisposable
{
    private static int _crowds;

    private readonly Heartbeat _heartbeat;
    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler());
    private readonly FanOutFlow? _flow;

    private Crowd(Peer peer, CrowdPlan plan, string? name = null)
    {
        (Peer, Plan) = (peer, plan);

        // A new name, because users of an earlier crowd may have stored messages, and its message ids are remembered.
        Name = name ?? string.Create(CultureInfo.InvariantCulture, $"c{Interlocked.Increment(ref _crowds)}-");
        Group = plan.Group ? Name + "group" : null;
        _flow = plan.Group ? new FanOutFlow(plan.Copies) : null;
        Receivers = [.. Enumerable.Range(0, plan.Users).Select(_ => Receiver())];
        Senders = [.. Enumerable.Range(0, plan.Senders).Select(Sender)];
        _flow?.Begin(Senders);
        _heartbeat = new Heartbeat(plan.TimedAcks ? Receivers : [], [.. Connections], Failure);
        _heartbeat.Start();
    }

    public Peer Peer { get; }

    public CrowdPlan Plan { get; }

    public string Name { get; }

    public string? Group { get; }

    public LoadFailure Failure { get; } = new();

    public LatencyRecorder Latencies { get; } = new();

    public IReadOnlyList<Receiver> Receivers { get; }

    public IReadOnlyList<Sender> Senders { get; }

    /// <summary>The number of deliveries that the sent messages must produce.</summary>
    public long Expected => Senders.Sum(s => s.Sent) * Plan.Copies;

    public long Received => Receivers.Sum(r => r.Check.Received);

    public Losses Losses => new(
        Math.Max(0, Expected - Received), Receivers.Sum(r => r.Check.Duplicated), Receivers.Sum(r => r.Check.Reordered));

    /// <summary>Creates a crowd and connects all of it.</summary>
    public static async Task<Crowd> OpenAsync(Peer peer, Uri[] nodes, CrowdPlan plan, CancellationToken cancellationToken)
    {
        var crowd = new Crowd(peer, plan);
        try
        {
            if (crowd.Group is { } group && peer.Acknowledges)
                await DurableNode.JoinAsync(nodes[0], group, crowd.Name + "u", plan.Users);
            if (peer.Acknowledges && plan.AwayPercent > 0)
                await crowd.RegisterAwayAsync(nodes, cancellationToken);
            await crowd.ConnectReceiversAsync(nodes, cancellationToken);
            await crowd.ConnectSendersAsync(nodes, cancellationToken);
            return crowd;
        }
        catch
        {
            await crowd.DisposeAsync();
            throw;
        }
    }

    /// <summary>Creates a crowd without connecting it.</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="plan">The users and senders.</param>
    /// <param name="name">The name of an earlier crowd, to connect its users again; null for new users.</param>
    public static Crowd Create(Peer peer, CrowdPlan plan, string? name = null) => new(peer, plan, name);

    public Task ConnectReceiversAsync(Uri[] nodes, CancellationToken cancellationToken) =>
        ConnectAsync(Receivers.Select(r => (r.Connection, (Func<Task>)r.OpenAsync)), nodes, UserName, Group, cancellationToken);

    /// <summary>Connects the first receiver, and returns the time at which its WebSocket was open.</summary>
    public async Task<long> ConnectFirstReceiverAsync(Uri node, CancellationToken cancellationToken)
    {
        await Receivers[0].Connection.OpenAsync(Peer.AddressOf(node, UserName(0), Group), _http, cancellationToken);
        var time = System.Diagnostics.Stopwatch.GetTimestamp();
        await Receivers[0].OpenAsync();
        return time;
    }

    public Task ConnectSendersAsync(Uri[] nodes, CancellationToken cancellationToken) =>
        ConnectAsync(Senders.Select(s => (s.Connection, (Func<Task>)s.OpenAsync)), nodes, SenderName, group: null, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _heartbeat.DisposeAsync();
        await Parallel.ForEachAsync(Connections, async (connection, _) => await connection.DisposeAsync());
        _http.Dispose();
    }

    private IEnumerable<Connection> Connections => Receivers.Select(r => r.Connection).Concat(Senders.Select(s => s.Connection));

    private Task ConnectAsync(
        IEnumerable<(Connection Connection, Func<Task> Start)> all, Uri[] nodes, Func<int, string> name, string? group, CancellationToken cancellationToken)
    {
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Plan.ParallelConnects, CancellationToken = cancellationToken };
        return Parallel.ForEachAsync(all.Index(), parallel, async (item, stop) =>
        {
            var (connection, start) = item.Item;
            await connection.OpenAsync(Peer.AddressOf(nodes[item.Index % nodes.Length], name(item.Index), group), _http, stop);
            await start();
        });
    }

    /// <summary>Connects the second devices, which the server registers, and disconnects them.</summary>
    private Task RegisterAwayAsync(Uri[] nodes, CancellationToken cancellationToken)
    {
        var users = Enumerable.Range(0, Plan.Users).Where(u => u % 100 < Plan.AwayPercent);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Plan.ParallelConnects, CancellationToken = cancellationToken };
        return Parallel.ForEachAsync(users, parallel, async (user, stop) =>
        {
            await using var connection = new Connection(Failure);
            await connection.OpenAsync(Peer.AddressOf(nodes[user % nodes.Length], UserName(user), group: null, "away"), _http, stop);
            await connection.StartAsync(Receivers[user]);
        });
    }

    private Receiver Receiver()
    {
        var connection = new Connection(Failure);
        return new Receiver(
            connection, new SequenceCheck(Plan.Senders), Peer.Acknowledges ? new Acknowledger(connection) : null, Latencies, _flow);
    }

    private Sender Sender(int number)
    {
        Target[] targets = Group is not null
            ? [new Target(IsGroup: true, Group)]
            : [.. Enumerable.Range(0, Plan.Users).Select(u => new Target(IsGroup: false, UserName(u)))];
        var offset = number * targets.Length / Plan.Senders;
        var plan = new SenderPlan(number, SenderName(number) + "-", targets, offset, Plan.BodyBytes, UntilDelivered: Plan.Group) { Writes = Plan.Writes };
        return new Sender(plan, Peer.Publishing(), new Connection(Failure));
    }

    private string UserName(int number) => string.Create(CultureInfo.InvariantCulture, $"{Name}u{number}");

    private string SenderName(int number) => string.Create(CultureInfo.InvariantCulture, $"{Name}s{number}");
}
