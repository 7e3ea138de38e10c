using Microsoft.Extensions.Logging;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Stores;

namespace Wsmq.Server.DeadLetters;

/// <summary>
/// A run that this node carries out: it counts what matches, and then handles it batch by batch. Each batch is stored before it is handled,
/// together with the results of the one before: one write for each.
/// </summary>
internal sealed class CarriedRun(IStore store, LeasedLetters letters, HeldRun held, TimeProvider time, ILogger logger)
{
    private const int MostInABatch = 100;
    private const int MostCountedAtOnce = 1_000;
    private const int BatchesPerSecond = 4;
    private const long MicrosInAMillisecond = 1_000;

    /// <summary>
    /// How many dead letters a run looks at in a second. Each costs Redis about two microseconds: a run takes some per cent of the time of
    /// the store, however many there are, and leaves the rest to messages.
    /// </summary>
    public const int ScannedPerSecond = 10_000;

    private readonly DeadLetterSearch _search = new(store);
    private RunRecord _run = held.Stored;

    // What was being saved when the answer was lost: the same is saved again, so that a run goes on however often that happens.
    private RunRecord? _saving;

    // Some of the batch may have been handled: by a node that has ended, or before an exception.
    private bool _isRepeated = held.Stored.Batch is { Length: > 0 };

    public string Id => held.Stored.Id;

    /// <summary>
    /// Returns once the run has ended, was stopped, or another node has taken it. After an exception it can be called again.
    /// </summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (_run.IsRunning)
        {
            var since = time.GetTimestamp();
            var (handled, scanned, isLate) = (_run.Batch?.Length ?? 0, 0L, _saving is not null);
            if (_saving is null)
            {
                if (handled > 0 && !await HandleAsync(cancellationToken))
                    return;
                (_saving, scanned) = await FollowingAsync(cancellationToken);
            }

            // After an outage the lease that is saved may be over.
            if (!await SaveAsync(_saving, cancellationToken) || (isLate && _run.IsRunning && !await held.RenewAsync(null, cancellationToken)))
                return;
            await PauseAsync(since, handled, scanned, cancellationToken);
        }
    }

    /// <summary>Gives the run back.</summary>
    public Task ReleaseAsync() => held.ReleaseAsync();

    /// <summary>Handles the batch. False if another node has taken the run.</summary>
    private async Task<bool> HandleAsync(CancellationToken cancellationToken)
    {
        var isRepeated = _isRepeated;
        _isRepeated = true;
        if (await letters.HandleAsync(_run, isRepeated, cancellationToken) is not { } handled)
            return false;
        _run = handled;
        return true;
    }

    /// <summary>What to store next, and how many dead letters were looked at for it.</summary>
    private async Task<(RunRecord Next, long Scanned)> FollowingAsync(CancellationToken cancellationToken)
    {
        var now = await held.NowAsync(cancellationToken);

        // No batch at all: the run has just begun.
        if (_run is { IsCounting: false, Batch: not null, Next: null })
            return (Ended(WsmqDeadLetterRunState.Done, now), 0);
        try
        {
            return _run.IsCounting ? await CountedAsync(now, cancellationToken) : await BatchAsync(now, cancellationToken);
        }
        catch (Exception e) when (RunLetters.IsFinal(e) && !cancellationToken.IsCancellationRequested)
        {
            Log.RunFailed(logger, e, Id);
            return (Ended(WsmqDeadLetterRunState.Failed, now) with { Error = RunLetters.CodeOf(e) }, 0);
        }
    }

    private async Task<(RunRecord Next, long Scanned)> CountedAsync(long now, CancellationToken cancellationToken)
    {
        var page = await FindAsync(_run.CountNext, MostCountedAtOnce, cancellationToken);
        var counted = _run with
        {
            Total = _run.Total + page.Items.Count, CountNext = page.Next, IsCounting = page.Next is not null, LeaseEnds = now + held.Lease.Micros(),
        };
        return (counted, page.Scanned);
    }

    private async Task<(RunRecord Next, long Scanned)> BatchAsync(long now, CancellationToken cancellationToken)
    {
        var max = Math.Clamp(_run.PerSecond / BatchesPerSecond, 1, MostInABatch);
        var page = await FindAsync(_run.Next, max, cancellationToken);
        var next = _run with
        {
            Batch = [.. page.Items.Select(l => new RunLetter(l.User, DeadLetterId.Of(l.Letter.Key)))],
            BatchAt = now,
            Next = page.Next,

            // The pauses of a slow run are not the end of its node.
            LeaseEnds = now + (held.Lease + TimeSpan.FromSeconds((double)max / _run.PerSecond)).Micros(),
        };
        return (next, page.Scanned);
    }

    private Task<StorePage<DeadLetterHead>> FindAsync(string? next, int max, CancellationToken cancellationToken) => _search.FindAsync(
        _run.Filter.ToQuery(), DateTimeOffset.FromUnixTimeMilliseconds(_run.Until), next, max, null, cancellationToken);

    private RunRecord Ended(WsmqDeadLetterRunState state, long now) => _run with
    {
        State = state, EndedAt = now / MicrosInAMillisecond, Batch = [], Next = null, IsCounting = false, CountNext = null, LeaseEnds = 0,
    };

    /// <summary>False if this node no longer carries out the run. One that was stopped gets the results of its last batch.</summary>
    private async Task<bool> SaveAsync(RunRecord next, CancellationToken cancellationToken)
    {
        if (await held.SaveAsync(next, cancellationToken))
        {
            (_run, _saving, _isRepeated) = (next, null, false);
            return true;
        }

        if (await held.StoppedAsync(cancellationToken) is { } stopped)
            await held.CompleteAsync(stopped, next, cancellationToken);
        return false;
    }

    private async Task PauseAsync(long since, int handled, long scanned, CancellationToken cancellationToken)
    {
        var least = TimeSpan.FromSeconds(Math.Max((double)handled / _run.PerSecond, (double)scanned / ScannedPerSecond));
        var pause = least - time.GetElapsedTime(since);
        if (pause > TimeSpan.Zero && _run.IsRunning)
            await Task.Delay(pause, time, cancellationToken);
    }
}
