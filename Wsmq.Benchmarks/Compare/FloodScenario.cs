using System.Globalization;
using Wsmq.Benchmarks.Load;
using Wsmq.Benchmarks.Measuring;
using Wsmq.Benchmarks.Nodes;
using Wsmq.Testing;

namespace Wsmq.Benchmarks.Compare;

/// <summary>
/// The effect of a further load on the latency of the other clients of its node: the same paced load without and with it, alternately. The
/// load is a client that sends as fast as it can and is rate-limited, or the members of a large group that acknowledge at once, or many
/// requests over HTTP, or as many to an endpoint that only reads them: what HTTP costs on this machine without wsmq. Or a burst: many
/// offline users, a large group of them, or the removal of a long log.
/// </summary>
internal sealed class FloodScenario(Rig rig, CompareSettings settings, Report report)
{
    private const int PacedPerSecond = 500;
    private const int LimitPerSecond = 1_000;

    private const int Offline = 10_000;
    private static readonly TimeSpan OfflineInterval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan OfflineGroupInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan TrimInterval = TimeSpan.FromSeconds(1);

    // A cold node must not be overwhelmed: refused sends end the run.
    private const int WarmUpPerSecond = 3 * PacedPerSecond;

    private static readonly CrowdPlan Plan = new(Users: 100, Senders: 10, Window: 32);

    public Task FloodAsync(CancellationToken cancellationToken) => RunAsync(
        "flood", (node, number, http) => new Flooder(settings.Wsmq, node.Address, string.Create(CultureInfo.InvariantCulture, $"flooder{number}"), http),
        cancellationToken);

    public Task AcksAsync(string name, AckWay way, CancellationToken cancellationToken) => RunAsync(
        name,
        (node, number, http) => new AckBursts(settings.Wsmq, node.Address, string.Create(CultureInfo.InvariantCulture, $"{name}{number}-"), way, http),
        cancellationToken);

    public Task HttpAsync(CancellationToken cancellationToken) => HttpAsync("http", DurableNode.ApiPath + "/messages", cancellationToken);

    public Task HttpFloorAsync(CancellationToken cancellationToken) => HttpAsync("http-floor", DurableNode.ReceivePath, cancellationToken);

    /// <summary>10,000 offline users receive one message each, every two seconds: by the app, at once.</summary>
    public Task OfflineAsync(CancellationToken cancellationToken) => RunAsync(
        "offline",
        (node, _, _) => new Bursts(
            $"times {Offline} messages", OfflineInterval, _ => BurstEndpoints.BurstAsync(node.Address, "user:offline*", Offline),
            _ => BurstEndpoints.BurstAsync(node.Address, "user:offline*", Offline)),
        cancellationToken);

    /// <summary>A group of 10,000 offline members receives four messages a second.</summary>
    public Task OfflineGroupAsync(CancellationToken cancellationToken) => RunAsync(
        "offline-group",
        (node, _, _) => new Bursts(
            "messages", OfflineGroupInterval, _ => DurableNode.JoinAsync(node.Address, "offline", "member", Offline),
            _ => BurstEndpoints.BurstAsync(node.Address, "group:offline", 1)),
        cancellationToken);

    /// <summary>A log of 100,000 messages is removed every second, because all of them are too old.</summary>
    public async Task TrimAsync(CancellationToken cancellationToken)
    {
        var redis = await rig.RedisAsync(settings.Wsmq);
        var logs = (int)(settings.Measure.TotalSeconds / TrimInterval.TotalSeconds) + 2;
        await RunAsync(
            "trim",
            (node, number, _) => new Bursts(
                $"logs of {OldLog.Messages}", TrimInterval, stop => FillAsync(number, stop),
                i => i < logs ? OldLog.TrimAsync(node.Address, DurableNode.ApiPath, UserOf(number, i)) : Task.CompletedTask),
            cancellationToken);

        async Task FillAsync(int number, CancellationToken stop)
        {
            for (var i = 0; i < logs; i++)
                await OldLog.FillAsync(redis, UserOf(number, i), stop);
        }

        static string UserOf(int number, int log) => string.Create(CultureInfo.InvariantCulture, $"old{number}-{log}");
    }

    private Task HttpAsync(string name, string endpoint, CancellationToken cancellationToken) =>
        RunAsync(name, (node, number, http) => new HttpSenders(node.Address, endpoint, number, http), cancellationToken);

    private async Task RunAsync(string name, Func<NodeProcess, int, HttpMessageInvoker, ISideLoad> load, CancellationToken cancellationToken)
    {
        await using var node = await rig.FreshNodeAsync(
            settings.Wsmq, NodeCommand.SendsPerSecondOption, LimitPerSecond.ToString(CultureInfo.InvariantCulture));
        var redis = await rig.RedisAsync(settings.Wsmq);
        await using var crowd = await Crowd.OpenAsync(settings.Wsmq, [node.Address], Plan, cancellationToken);
        var cpu = new CpuMeter([node.ProcessId], []);
        var round = new Round(crowd, cpu, PacedPerSecond);
        Progress.Say($"{name}: warming up");
        await new WarmUp(settings.Compiling, [node.Address]).RunAsync(
            name, new Round(crowd, cpu, WarmUpPerSecond).RunAsync, settings.WarmUp, cancellationToken);
        await LoadedAsync(settings.WarmUp, number: 0);

        var (without, with) = (new List<RoundResult>(), new List<RoundResult>());
        for (var number = 1; number <= settings.SideRounds; number++)
        {
            await CollectAsync();
            without.Add(await round.RunAsync(settings.Measure, cancellationToken));
            with.Add(await LoadedAsync(settings.Measure, number));
            Progress.Say($"{name}: round {number}, p99 {without[^1].LatencyNinetyNine:F2} ms without, {with[^1].LatencyNinetyNine:F2} ms with");
        }

        Add(name, "p50", without, with, r => r.LatencyHalf, crowd.Losses);
        Add(name, "p99", without, with, r => r.LatencyNinetyNine, default);

        async Task<RoundResult> LoadedAsync(TimeSpan time, int number)
        {
            using var http = new HttpMessageInvoker(new SocketsHttpHandler());
            await using var side = load(node, number, http);
            await side.StartAsync(cancellationToken);
            await CollectAsync();
            await SlowCommands.BeginAsync(redis);
            var result = await round.RunAsync(time, cancellationToken);
            Progress.Say($"{name}: {side.Summary}; {await SlowCommands.EndAsync(redis)}");
            return result;
        }

        // The first collections after a thousand connections were made stop a node for up to 160 ms: that is what connecting costs, and not
        // what the load does.
        async Task CollectAsync()
        {
            await NodeMemory.OfAsync(node.Address);
            NodeMemory.Collect();
        }
    }

    private void Add(
        string name, string figure, List<RoundResult> without, List<RoundResult> with, Func<RoundResult, double> of, Losses losses)
    {
        var ratio = Spread.Of(without.Zip(with, (quiet, loaded) => of(loaded) / of(quiet)));
        report.Add(new ReportRow($"{name} {figure}, without", "wsmq", Spread.Of(without.Select(of)), "ms", "F2")
        {
            Cpu = LoadScenarios.CpuOf(without),
        });
        report.Add(new ReportRow($"{name} {figure}, with", "wsmq", Spread.Of(with.Select(of)), "ms", "F2")
        {
            Ratio = ratio,
            Cpu = LoadScenarios.CpuOf(with),
            Losses = losses,
        });
        report.Set($"{name.Replace('-', '_')}_{figure}", ratio.Median);
    }
}
