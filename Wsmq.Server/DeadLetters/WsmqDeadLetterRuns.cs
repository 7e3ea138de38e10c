using Microsoft.Extensions.Options;
using Wsmq.Server.Lifecycle;
using Wsmq.Server.Publishing;
using Wsmq.Server.Stores;

namespace Wsmq.Server.DeadLetters;

internal sealed class WsmqDeadLetterRuns(IStore store, StartGate start, RunNews news, IOptions<WsmqOptions> options) : IWsmqDeadLetterRuns
{
    private readonly DeadLetterSearch _search = new(store);

    private WsmqDeadLetterOptions Options => options.Value.DeadLetters;

    public async Task<WsmqDeadLetterRun> StartAsync(WsmqDeadLetterRunRequest request, CancellationToken cancellationToken = default) =>
        (await BeginAsync(request, cancellationToken)).Run;

    /// <summary>The same, and whether the run is new.</summary>
    public async Task<(WsmqDeadLetterRun Run, bool IsNew)> BeginAsync(WsmqDeadLetterRunRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(request.Query);
        MessageRules.Name("id", request.Id ?? string.Empty);
        if (request.PerSecond < 1 || request.PerSecond > Options.MaxRunRate)
            throw new WsmqException(WsmqErrors.InvalidMessage, $"perSecond is not a number from 1 to {Options.MaxRunRate}");
        await start.WaitAsync(cancellationToken);

        if (await KnownAsync(request.Id!, cancellationToken) is { } known)
            return (known, false);
        var record = await NewAsync(request, cancellationToken);
        await MakeRoomAsync(cancellationToken);
        if (!await store.Runs.ReplaceAsync(record.Id, null, record.ToString(), cancellationToken))
            return (await KnownAsync(record.Id, cancellationToken) ?? record.ToRun(), false);
        news.Announce();
        return (record.ToRun(), true);
    }

    public async Task<IReadOnlyList<WsmqDeadLetterRun>> ListAsync(CancellationToken cancellationToken = default)
    {
        await start.WaitAsync(cancellationToken);
        var runs = await RecordsAsync(cancellationToken);
        return [.. runs.Select(r => r.Record.ToRun()).OrderByDescending(r => r.StartedAt)];
    }

    public async Task<WsmqDeadLetterRun?> FindAsync(string id, CancellationToken cancellationToken = default)
    {
        await start.WaitAsync(cancellationToken);
        return (await store.Runs.ReadAsync(id, cancellationToken)).Text is { } text ? RunRecord.Parse(text)?.ToRun() : null;
    }

    public async Task<WsmqDeadLetterRun?> StopAsync(string id, CancellationToken cancellationToken = default)
    {
        await start.WaitAsync(cancellationToken);
        while (true)
        {
            var stored = await store.Runs.ReadAsync(id, cancellationToken);
            if (stored.Text is not { } text || RunRecord.Parse(text) is not { } record)
                return null;
            if (!record.IsRunning)
                return record.ToRun();
            var stopped = record with { State = WsmqDeadLetterRunState.Stopped, EndedAt = stored.Now / 1_000 };

            // The node that carries it out may have stored its progress meanwhile.
            if (await store.Runs.ReplaceAsync(id, text, stopped.ToString(), cancellationToken))
                return stopped.ToRun();
        }
    }

    private async Task<RunRecord> NewAsync(WsmqDeadLetterRunRequest request, CancellationToken cancellationToken)
    {
        var now = await _search.NowAsync(cancellationToken);
        var until = request.Until is { } asked && asked < now ? asked : now;
        return new RunRecord
        {
            Id = request.Id,
            Action = request.Action,
            Filter = RunFilter.Of(request.Query),
            Until = until.ToUnixTimeMilliseconds(),
            PerSecond = request.PerSecond,
            StartedAt = now.ToUnixTimeMilliseconds(),
            StartedBy = request.StartedBy,
            IsCounting = true,
        };
    }

    private async Task<WsmqDeadLetterRun?> KnownAsync(string id, CancellationToken cancellationToken)
    {
        if ((await store.Runs.ReadAsync(id, cancellationToken)).Text is not { } text)
            return null;
        return RunRecord.Parse(text)?.ToRun()
            ?? throw new WsmqException(WsmqErrors.InvalidMessage, "there is a run with this id, which this node cannot read");
    }

    private async Task<List<(RunRecord Record, string Text)>> RecordsAsync(CancellationToken cancellationToken)
    {
        var stored = await store.Runs.ListAsync(cancellationToken);
        return [.. stored.Texts.Values.Select(text => (Record: RunRecord.Parse(text)!, text)).Where(r => r.Record is not null)];
    }

    private async Task MakeRoomAsync(CancellationToken cancellationToken)
    {
        var runs = await RecordsAsync(cancellationToken);
        var ended = runs.Where(r => !r.Record.IsRunning).OrderBy(r => r.Record.EndedAt);
        foreach (var (record, text) in ended.Take(runs.Count + 1 - Options.MaxRuns))
            await store.Runs.ReplaceAsync(record.Id, text, null, cancellationToken);
        if (runs.Count(r => r.Record.IsRunning) >= Options.MaxRuns)
            throw new WsmqException(WsmqErrors.StoreFull, $"{Options.MaxRuns} runs are in progress");
    }
}

/// <summary>Wakes the runner of this node: there is a new run.</summary>
internal sealed class RunNews
{
    public event Action? Arrived;

    public void Announce() => Arrived?.Invoke();
}
