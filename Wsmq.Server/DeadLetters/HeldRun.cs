using Wsmq.Server.Stores;

namespace Wsmq.Server.DeadLetters;

/// <summary>
/// A run that this node holds by its lease, as it is stored. It changes by comparison. A write whose answer is lost is made again before the
/// next one: otherwise that one would be compared with a text that is no longer stored, as if another node had taken the run.
/// </summary>
internal sealed class HeldRun(IRunStore runs, RunRecord taken, TimeSpan lease)
{
    // What is stored may change between the read and the write.
    private const int MostCompletions = 2;

    private RunRecord? _doubtful;

    /// <summary>How long the lease lasts without renewal.</summary>
    public TimeSpan Lease => lease;

    public RunRecord Stored { get; private set; } = taken;

    /// <summary>The store's clock, in µs since 1970.</summary>
    public async Task<long> NowAsync(CancellationToken cancellationToken) =>
        (await runs.ReadAsync(Stored.Id, cancellationToken)).Now;

    /// <summary>Stores the run. False if it was stopped, or another node has taken it; nothing is stored then.</summary>
    public async Task<bool> SaveAsync(RunRecord next, CancellationToken cancellationToken) =>
        await SettleAsync(cancellationToken) && (ReferenceEquals(Stored, next) || await WriteAsync(next, cancellationToken));

    /// <summary>Extends the lease. False if it was stopped, or another node has taken it.</summary>
    public async Task<bool> RenewAsync(string? error, CancellationToken cancellationToken)
    {
        var wasDoubtful = _doubtful is not null;
        if (!await SettleAsync(cancellationToken))
            return false;
        var now = await NowAsync(cancellationToken);

        // A renewal whose answer was lost is one: otherwise a run whose answers are often lost would do nothing else.
        if (wasDoubtful && Stored.LeaseEnds >= now + (lease / 2).Micros())
            return true;
        var ends = now + lease.Micros();
        return await WriteAsync(Stored with { LeaseEnds = Math.Max(ends, Stored.LeaseEnds), Error = error ?? Stored.Error }, cancellationToken);
    }

    /// <summary>Gives the run back, so that another node need not wait for the end of the lease.</summary>
    public async Task ReleaseAsync()
    {
        if (await SettleAsync(CancellationToken.None))
            await WriteAsync(Stored with { LeaseEnds = 0 }, CancellationToken.None);
    }

    /// <summary>Whether it was stopped while this node held it.</summary>
    public async Task<bool> IsStoppedAsync(CancellationToken cancellationToken) => await StoppedAsync(cancellationToken) is not null;

    /// <summary>Adds the results of the last batch, if it was stopped while this node held it.</summary>
    public async Task CompleteAsync(RunRecord results, CancellationToken cancellationToken)
    {
        for (var attempts = 0; attempts < MostCompletions; attempts++)
        {
            if (await StoppedAsync(cancellationToken) is not { } stopped)
                return;
            var last = stopped.Run with
            {
                Done = results.Done, Failed = results.Failed, Gone = results.Gone, Error = results.Error, Batch = [],
            };
            if (await runs.ReplaceAsync(last.Id, stopped.Text, last.ToString(), cancellationToken))
                return;
        }
    }

    // With its text: the node that has stopped it may be of another version, and have written it in other words.
    private async Task<(RunRecord Run, string Text)?> StoppedAsync(CancellationToken cancellationToken) =>
        (await runs.ReadAsync(Stored.Id, cancellationToken)).Text is { } text && RunRecord.Parse(text) is { } now
            && now.State == WsmqDeadLetterRunState.Stopped && now.Owner == Stored.Owner
            ? (now, text)
            : null;

    private async Task<bool> SettleAsync(CancellationToken cancellationToken) =>
        _doubtful is not { } doubtful || await WriteAsync(doubtful, cancellationToken);

    private async Task<bool> WriteAsync(RunRecord next, CancellationToken cancellationToken)
    {
        _doubtful = next;
        var text = next.ToString();
        if (!await runs.ReplaceAsync(next.Id, Stored.ToString(), text, cancellationToken)
            && (await runs.ReadAsync(next.Id, cancellationToken)).Text != text)
            return false;
        (Stored, _doubtful) = (next, null);
        return true;
    }
}
