namespace Wsmq.Server.Stores.Sqlite;

/// <summary>Declarations of the only node, and recurring jobs in a table.</summary>
internal sealed class SqliteDeclarations(SqliteEngine engine, SqliteRoom room, LocalSignals signals, TimeProvider clock) : IDeclarationStore
{
    // One node: its own declaration is that of the highest version, also after one of a higher version has run.
    public Task<HeldDeclarations> DeclareAsync(WsmqAddress queue, QueueDeclaration own, CancellationToken cancellationToken) => engine.ReadAsync(
        s => new HeldDeclarations(clock.NowMicros(), own.Version, [own.Text], ScheduleTable.All(s, queue)), cancellationToken);

    public Task WithdrawAsync(WsmqAddress queue, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<AdvanceResult> AdvanceAsync(WsmqAddress queue, ScheduleAdvance advance, CancellationToken cancellationToken)
    {
        if (advance.Jobs.Count > 0)
            room.Require();
        return engine.WriteAsync(s => Advance(s, queue, advance), r => SignalIf(r.Stored > 0, queue), cancellationToken);
    }

    private void SignalIf(bool wake, WsmqAddress queue)
    {
        if (wake)
            signals.Send(queue, Signal.QueueChanged);
    }

    private AdvanceResult Advance(SqliteSession session, WsmqAddress address, ScheduleAdvance advance)
    {
        var (known, now) = (ScheduleTable.Find(session, address, advance.Name) ?? "", clock.NowMicros());
        if (known != advance.Expected)
            return new AdvanceResult(AdvanceOutcome.Changed);
        if (advance.Next is not { } next)
        {
            ScheduleTable.Delete(session, address, advance.Name);
            return new AdvanceResult(AdvanceOutcome.Done);
        }

        var before = ScheduleState.Parse(known);
        if (advance.Jobs.Count > 0 && before?.Due > now)
            return new AdvanceResult(AdvanceOutcome.NotDue);
        if (Store(session, address, advance.Jobs, now) is not { } stored)
            return new AdvanceResult(AdvanceOutcome.QueueFull);
        var skipped = advance.Jobs.Count - stored;
        ScheduleTable.Save(
            session, address, advance.Name,
            next with { PlannedAt = now, Stored = (before?.Stored ?? 0) + stored, Skipped = (before?.Skipped ?? 0) + skipped });
        return new AdvanceResult(AdvanceOutcome.Done, stored, skipped);
    }

    /// <summary>Returns how many jobs were stored; null, changing nothing, if the queue has no room for all.</summary>
    private static int? Store(SqliteSession session, WsmqAddress address, IReadOnlyList<AppendRequest> jobs, long now)
    {
        if (jobs.Count == 0)
            return 0;
        var log = LogTable.FindOrAdd(session, address);
        var queue = new JobQueue(session, QueueTable.Load(session, log), now);
        var chosen = jobs.Where(j => j.Job is not { Unique.Length: > 0 } terms || JobTable.WithUnique(session, log.Id, terms.Unique) is null)
            .DistinctBy(j => j.Job is { Unique.Length: > 0 } terms ? (object)terms.Unique : j).ToArray();
        if (chosen.Length == 0)
            return 0;
        var waiting = queue.Row.Waiting + chosen.Length;
        var bytes = queue.Row.Bytes + chosen.Sum(j => (long)j.Bytes);
        if (chosen.Any(j => j.Job is { } terms && (waiting > terms.MaxWaiting || bytes > terms.MaxBytes)))
            return null;

        foreach (var job in chosen)
        {
            log.Tail = SqlitePosition.Checked(Math.Max(now, log.Tail + 1));
            queue.Add(new WsmqPosition(log.Tail), job, job.Job ?? JobTerms.Default);
        }

        LogTable.Save(session, log);
        queue.Save();
        return chosen.Length;
    }
}
