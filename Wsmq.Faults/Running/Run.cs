using System.Diagnostics;
using Wsmq.Faults.Checking;
using Wsmq.Faults.Clients;
using Wsmq.Faults.History;
using Wsmq.Faults.Injected;
using Wsmq.Faults.Jobs;
using Wsmq.Faults.Nodes;
using Wsmq.Faults.Stores;
using Wsmq.Faults.Workers;
using Wsmq.Testing;

namespace Wsmq.Faults.Running;

/// <summary>One run: starts a store, nodes and clients, injects faults under load, and checks the history.</summary>
internal sealed class Run : IAsyncDisposable
{
    // The time without a delivery after which missing messages count as lost. A busy machine may need much longer in total.
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(120);

    private readonly RunSettings _settings;
    private readonly Timings _timings;
    private readonly HistoryFile _history;
    private readonly Deployment _deployment;
    private readonly List<PlannedFault> _plan;
    private readonly Crowd _crowd;
    private readonly string _folder;
    private JobListener? _jobs;
    private Workforce? _workers;

    public Run(RunSettings settings, string folder)
    {
        (_settings, _folder) = (settings, folder);
        _timings = Timings.For(settings.Minutes, settings.Stampede);
        _history = new HistoryFile(folder);
        Store = settings.Store ?? (settings.Faults is { } names ? FaultList.StoreFor(names) : null)
            ?? StoreName.All[settings.Seed % StoreName.All.Length];
        _deployment = Deployment.Create(Store, folder, _timings);
        _plan = Plan();
        _crowd = new Crowd(_deployment.NextNode, _timings, _history);
    }

    /// <summary>The store of the run.</summary>
    public string Store { get; }

    /// <summary>The injected faults, with the number of injections of each.</summary>
    public IReadOnlyDictionary<string, int> Injected => _plan.CountBy(p => p.Fault.Name).ToDictionary();

    public async Task<Verdict> RunAsync(CancellationToken stop)
    {
        Progress.Say($"seed {_settings.Seed} on {Store}: {string.Join(", ", _plan.Select(p => $"{p.Fault.Name} at {p.At.TotalSeconds:0} s"))}");
        _history.Add(new HistoryEvent { Kind = EventKind.Run, Id = $"{_settings.Seed}", Why = Store });
        _jobs = await JobListener.StartAsync(_history);
        _deployment.Jobs = _jobs.Address;
        await _deployment.StartAsync(_settings.Nodes);
        await Crowd.JoinAsync(_deployment.Nodes[0]);
        var baseline = await Leftovers.MeasureAsync(_deployment, _timings, _history);
        _workers = new Workforce(_deployment.NextNode, _jobs.Address, _timings, _history, _folder);
        await Task.WhenAll(_crowd.StartAsync(), _workers.StartAsync());
        Progress.Say($"{_crowd.Clients.Count} clients on {_deployment.Nodes.Count} nodes");
        await LoadAsync(_workers, stop);
        await NoteDueAsync();
        await new PresenceCheck(_deployment, _crowd, _history).RunAsync(stop);
        await DrainAsync(stop);
        await new StatusCheck(_crowd, _history).RunAsync(stop);
        await ReadJobsAsync();
        await ReadStateAsync();
        await _workers.DisposeAsync();
        _workers = null;
        await _crowd.DisposeAsync();
        await baseline.CompareAsync(stop);
        return HistoryChecker.Check(_history.Events);
    }

    public async ValueTask DisposeAsync()
    {
        if (_workers is not null)
            await _workers.DisposeAsync();
        await _crowd.DisposeAsync();
        await _deployment.DisposeAsync();
        if (_jobs is not null)
            await _jobs.DisposeAsync();
        await _history.DisposeAsync();
    }

    private List<PlannedFault> Plan()
    {
        var faults = FaultList.On(Store).Where(f => _settings.Faults?.Contains(f.Name) != false).ToArray();
        if (faults.Length == 0 || faults.Length < _settings.Faults?.Length)
        {
            throw new RunFailedException(
                $"Not all of {string.Join(", ", _settings.Faults!)} apply to {Store}. "
                + $"The faults that do: {string.Join(", ", FaultList.On(Store).Select(f => f.Name))}.");
        }

        // Each seed continues about where the previous seed on the same store stopped, so that a campaign covers all faults.
        var random = new Random(_settings.Seed);
        var round = _settings.Seed / StoreName.All.Length;
        var each = Math.Max(1, (int)(_settings.Minutes * 60 / _timings.Fault.TotalSeconds / 1.5));
        return FaultPlan.Make(faults, round * each, random, TimeSpan.FromMinutes(_settings.Minutes), _timings);
    }

    private async Task LoadAsync(Workforce workers, CancellationToken stop)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var live = new LiveLoad(_deployment, _crowd.LiveTargets, _history, _settings.Seed);

        // Each kind of load has a file here, and the checks of what it promises one in Checking.
        var load = Task.WhenAll(
            new Load(_crowd.Clients, _crowd.Addresses, _settings.Seed).RunAsync(ends.Token),
            new RequestLoad(_crowd.OurClients, _crowd.Addresses, _settings.Seed).RunAsync(ends.Token),
            new PresenceLoad(_crowd.OurClients, _settings.Seed).RunAsync(ends.Token),
            new SequenceLoad(_crowd.OurClients, _crowd.Addresses, _deployment, _history, _settings.Seed).RunAsync(ends.Token),
            live.RunAsync(ends.Token));
        var faults = new FaultRunner(_deployment, _crowd, workers, _history, _timings).RunAsync(_plan, stop);
        await Task.WhenAll(faults, Task.Delay(TimeSpan.FromMinutes(_settings.Minutes), stop));
        await ends.CancelAsync();
        Progress.Say($"the load has ended; waiting for the outcomes of all sends");
        await load;
    }

    // The recurring job goes on until the nodes end. What is due by now has to have its jobs in the end.
    private async Task NoteDueAsync()
    {
        DateTimeOffset? now = null;
        await Eventually.That("a node returns the time", async () => (now = await _deployment.Nodes[0].TryReadClockAsync()) is not null);
        _history.Add(new HistoryEvent { Kind = EventKind.OccurrencesDue, Id = Tick.TextOf(now!.Value) });
    }

    // All faults are repaired: clients connect and receive what they lack, and workers end all jobs. What is still missing is lost.
    private async Task DrainAsync(CancellationToken stop)
    {
        var (seen, since) = ((-1, -1, -1), Stopwatch.GetTimestamp());
        while (Stopwatch.GetElapsedTime(since) < DrainLimit)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), stop);
            var verdict = HistoryChecker.Check(_history.Events);
            var waiting = (await _deployment.Nodes[0].TryReadJobsAsync())?.Waiting ?? -1;
            var missing = verdict.Lost + verdict.OccurrencesLost;
            Progress.Say($"draining: {verdict.Receipted} receipts, {verdict.Delivered} deliveries, {missing} missing, {waiting} jobs");
            if (missing == 0 && waiting == 0 && _history.Quiet > TimeSpan.FromSeconds(1.5) && _crowd.Clients.All(c => c.IsConnected))
                return;
            if (seen != (missing, verdict.Delivered, waiting))
                (seen, since) = ((missing, verdict.Delivered, waiting), Stopwatch.GetTimestamp());
        }

        foreach (var client in _crowd.Clients.Where(c => !c.IsConnected))
            _history.Add(new HistoryEvent { Kind = EventKind.Leak, Id = client.Name, Why = $"not connected {DrainLimit.TotalSeconds} s after the last fault" });
    }

    private async Task ReadStateAsync()
    {
        foreach (var address in _crowd.Addresses)
        {
            KeptState? state = null;
            await Eventually.That("a node returns the state", async () => (state = await _deployment.Nodes[0].TryReadStateAsync(address)) is not null);
            foreach (var kept in state!.Messages)
                _history.Add(new HistoryEvent { Kind = EventKind.Kept, Address = address, StateKey = kept.Key, Id = kept.Id, Position = kept.Position });
            _history.Add(new HistoryEvent { Kind = EventKind.StateRead, Address = address });
        }
    }

    private async Task ReadJobsAsync()
    {
        QueueState? state = null;
        await Eventually.That("a node returns what the queue holds", async () => (state = await _deployment.Nodes[0].TryReadJobsAsync()) is not null);
        foreach (var job in state!.Jobs)
        {
            _history.Add(new HistoryEvent
            {
                Kind = job.IsDead ? EventKind.JobDead : EventKind.JobStored, Position = job.Position, Why = job.IsDead ? job.Reason : job.State,
                LostLeases = job.LostLeases,
            });
        }

        _history.Add(new HistoryEvent { Kind = EventKind.JobsRead });
    }
}
