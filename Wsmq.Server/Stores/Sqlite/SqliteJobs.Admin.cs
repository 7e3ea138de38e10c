namespace Wsmq.Server.Stores.Sqlite;

// What operators see and change.
internal sealed partial class SqliteJobs
{
    public Task PauseAsync(WsmqAddress queue, bool paused, CancellationToken cancellationToken) => engine.WriteAsync(
        s =>
        {
            var row = QueueTable.Load(s, LogTable.FindOrAdd(s, queue));
            row.IsPaused = paused;
            QueueTable.Save(s, row);
            return true;
        },
        _ => signals.Send(queue, Signal.QueueChanged), cancellationToken);

    public Task<QueueInfo> InfoAsync(WsmqAddress queue, CancellationToken cancellationToken) =>
        engine.ReadAsync(s => s.Snapshot(r => Info(r, queue)), cancellationToken);

    public async Task<IReadOnlyList<StoredJob>> ListAsync(
        WsmqAddress queue, JobState state, long skip, int max, bool withContent, CancellationToken cancellationToken) =>
        await engine.ReadAsync(s => s.Snapshot(r => List(r, queue, state, skip, max, withContent)), cancellationToken).ConfigureAwait(false);

    public Task<JobStatus> StatusAsync(WsmqAddress queue, WsmqPosition job, CancellationToken cancellationToken) =>
        engine.ReadAsync(s => s.Snapshot(r => Status(r, queue, job)), cancellationToken);

    public Task<StoredJob?> ReadAsync(WsmqAddress queue, WsmqPosition job, CancellationToken cancellationToken) => engine.ReadAsync(
        s => s.Snapshot(r =>
            LogTable.Find(r, queue) is { } log && JobTable.Find(r, log.Id, job) is { } row ? Stored(row, JobTable.Content(r, row)) : null),
        cancellationToken);

    public Task<WsmqPosition?> FindUniqueAsync(WsmqAddress queue, string unique, CancellationToken cancellationToken) => engine.ReadAsync(
        s => s.Snapshot(r => LogTable.Find(r, queue) is { } log ? JobTable.WithUnique(r, log.Id, unique) : null), cancellationToken);

    public async Task<bool[]> RemoveAsync(
        WsmqAddress queue, IReadOnlyList<WsmqPosition> jobs, bool evenLeased, QueueRules rules, CancellationToken cancellationToken) =>
        await EachAsync(queue, jobs, (open, job) => open.Remove(job, evenLeased, rules), cancellationToken).ConfigureAwait(false);

    public async Task<bool[]> RedriveAsync(WsmqAddress queue, IReadOnlyList<WsmqPosition> deadLetters, CancellationToken cancellationToken) =>
        await EachAsync(queue, deadLetters, (open, job) => open.Redrive(job), cancellationToken).ConfigureAwait(false);

    private async Task<bool[]> EachAsync(
        WsmqAddress queue, IReadOnlyList<WsmqPosition> jobs, Func<JobQueue, JobRow, bool> change, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(jobs.Count, IJobStore.MostInAStep);
        var (all, _) = await engine.WriteAsync(
            s =>
            {
                if (Open(s, queue) is not { } open)
                    return (new bool[jobs.Count], []);
                var done = jobs.Select(j => JobTable.Find(s, open.Row.Id, j) is { } job && change(open, job)).ToArray();
                open.Save();
                return (Done: done, open.RemovedLeases);
            },
            r =>
            {
                SignalIf(r.Done.Contains(true), queue);
                r.RemovedLeases.ForEach(job => signals.Send(queue, Signal.JobRemoved(job)));
            },
            cancellationToken).ConfigureAwait(false);
        return all;
    }

    private QueueInfo Info(SqliteSession session, WsmqAddress queue)
    {
        if (LogTable.Find(session, queue) is not { } log)
            return QueueInfo.Empty with { Now = clock.NowMicros() };
        var row = QueueTable.Load(session, log);
        return new QueueInfo
        {
            Now = clock.NowMicros(),
            IsPaused = row.IsPaused,
            Ready = row.InState[(int)JobState.Ready],
            Delayed = row.InState[(int)JobState.Delayed],
            Leased = row.InState[(int)JobState.Leased],
            Retrying = row.InState[(int)JobState.Retrying],
            Blocked = row.InState[(int)JobState.Blocked],
            Dead = row.InState[(int)JobState.Dead],
            Bytes = row.Bytes,
            OldestReady = JobTable.OldestReady(session, log.Id),
            Totals = row.Totals,
        };
    }

    private static JobStatus Status(SqliteSession session, WsmqAddress queue, WsmqPosition position)
    {
        if (LogTable.Find(session, queue) is not { } log)
            return new JobStatus(null, null, HasEnded: false);
        var job = JobTable.Find(session, log.Id, position);
        var hasEnded = job is null ? position.Value <= log.Tail : job.State == JobState.Dead;
        return new JobStatus(
            job is null ? null : Stored(job, content: null), hasEnded ? JobOutcomeTable.Find(session, log.Id, position) : null, hasEnded);
    }

    private static List<StoredJob> List(SqliteSession session, WsmqAddress queue, JobState state, long skip, int max, bool withContent) =>
        LogTable.Find(session, queue) is { } log
            ? JobTable.List(session, log.Id, state, skip, Math.Min(max, IJobStore.MostInAStep))
                .ConvertAll(row => Stored(row, withContent ? JobTable.Content(session, row) : null))
            : [];

    private static StoredJob Stored(JobRow row, (byte[] Metadata, byte[] Body)? content) => new()
    {
        Job = row.Position,
        State = row.State,
        At = row.State == JobState.Blocked ? row.Visible : row.At,
        Priority = row.Priority,
        Key = row.Key,
        Unique = row.Unique,
        Ends = row.Ends,
        FailedAttempts = row.Failed,
        LostLeases = row.Lost,
        Consumer = row.Consumer,
        DeadReason = row.State == JobState.Dead ? row.Reason : null,
        Text = row.Text,
        Progress = row.State == JobState.Dead ? "" : row.Progress,
        Content = content is { } both ? (both.Metadata, both.Body) : null,
    };
}
