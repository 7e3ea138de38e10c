using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Wsmq.Server.Concurrency;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Lifecycle;
using Wsmq.Server.Stores;

namespace Wsmq.Server.DeadLetters;

/// <summary>
/// Takes runs that no node carries out, a few at a time, and removes those that ended long ago. A lease is a part of the stored run, which
/// changes by comparison: of several nodes one takes it.
/// </summary>
internal sealed class DeadLetterRunner(
    IStore store, IWsmqDeadLetters letters, RunNews news, TimeProvider time, IOptions<WsmqOptions> options,
    ILogger<DeadLetterRunner> logger) : INodePart
{
    private const int ChecksInALease = 3;

    private readonly BackgroundLoop _loop = new(time);
    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<string, Task> _carried = [];
    private readonly string _node = Guid.NewGuid().ToString("N");

    private WsmqDeadLetterOptions Options => options.Value.DeadLetters;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        news.Arrived += _loop.Wake;
        _loop.Start(StepAsync, () => Options.RunLease / ChecksInALease, (e, delay) => Log.RunsUnreadable(logger, e, delay));
        _loop.Wake();
        return Task.CompletedTask;
    }

    public async Task StopAsync()
    {
        news.Arrived -= _loop.Wake;
        await _loop.StopAsync();
        await _stop.CancelAsync();
        await Task.WhenAll(_carried.Values);
    }

    private async Task StepAsync(CancellationToken cancellationToken)
    {
        foreach (var ended in _carried.Where(c => c.Value.IsCompleted).Select(c => c.Key).ToList())
            _carried.Remove(ended);
        var stored = await store.Runs.ListAsync(cancellationToken);
        foreach (var (record, text) in Readable(stored).OrderBy(r => r.Record.StartedAt))
        {
            if (IsOld(record, stored.Now))
                await store.Runs.ReplaceAsync(record.Id, text, null, cancellationToken);
            else if (record.IsRunning && _carried.Count < Options.MaxRunsPerNode && !_carried.ContainsKey(record.Id)
                && IsFree(record, stored.Now))
                await TakeAsync(record, text, stored.Now, cancellationToken);
        }
    }

    // What this node cannot read is left alone: while a deployment is upgraded, nodes of a newer version may store more than this one knows.
    private IEnumerable<(RunRecord Record, string Text)> Readable(StoredRuns stored)
    {
        foreach (var (id, text) in stored.Texts)
        {
            if (RunRecord.Parse(text) is { } record && record.Id == id)
                yield return (record, text);
            else
                Log.RunUnreadable(logger, PrintableText.Of(id));
        }
    }

    // One that this node has taken and does not carry out: the answer to its write was lost.
    private bool IsFree(RunRecord record, long now) => record.LeaseEnds <= now || record.Owner == _node;

    private bool IsOld(RunRecord record, long now) => record.EndedAt * 1_000 + Options.RunRetention.Micros() < now;

    private async Task TakeAsync(RunRecord record, string text, long now, CancellationToken cancellationToken)
    {
        var taken = record with { Owner = _node, LeaseEnds = now + Options.RunLease.Micros() };
        if (!await store.Runs.ReplaceAsync(record.Id, text, taken.ToString(), cancellationToken))
            return;
        if (record.Owner is not null)
            Log.RunContinued(logger, record.Id);
        var held = new HeldRun(store.Runs, taken, Options.RunLease);
        var handling = new LeasedLetters(new RunLetters(store, letters, time, logger), held, time, logger);
        var run = new CarriedRun(store, handling, held, time, logger);
        var carrying = Task.Run(() => CarryAsync(run), CancellationToken.None);
        _carried[record.Id] = carrying;

        // There may be runs that wait for its end.
        _ = carrying.ContinueWith(_ => _loop.Wake(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private async Task CarryAsync(CarriedRun run)
    {
        var backoff = new Backoff(time);
        try
        {
            await backoff.RetryAsync(run.RunAsync, (e, delay) => Log.RunInterrupted(logger, e, run.Id, delay), _stop.Token);
        }
        catch (Exception) when (_stop.IsCancellationRequested)
        {
            await ReleaseAsync(run);
        }
    }

    // Another node need not wait for the end of the lease.
    private async Task ReleaseAsync(CarriedRun run)
    {
        try
        {
            await run.ReleaseAsync();
        }
        catch (WsmqException e)
        {
            Log.RunInterrupted(logger, e, run.Id, Options.RunLease);
        }
    }
}
