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

    // The lease may be over: what was saved was saved late, after an outage, and the lease was not renewed since then.
    private bool _isLate;

    // Some of the batch may have been handled: by a node that has ended, or before an exception.
    private bool _isRepeated = held.Stored.Batch is { Length: > 0 };

    public string Id => held.Stored.Id;

    /// <summary>
    /// Returns once the run has ended, was stopped, or another node has taken it. After an exception it can be called again.
    /// </summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        _isLate |= _saving is not null;
        while (_run.IsRunning)
        {
            var since = time.GetTimestamp();
            var (handled, scanned) = (_run.Batch?.Length ?? 0, 0L);
            if (_saving is null)
            {
                if (!await IsLeasedAsync(cancellationToken) || (handled > 0 && !await HandleAsync(cancellationToken))
                    || await FollowingAsync(cancellationToken) is not { } following)
                    return;
                (_saving, scanned) = (following.Run, following.Scanned);
            }

            if (!await SaveAsync(_saving, cancellationToken) || !await IsLeasedAsync(cancellationToken))
                return;
            await PauseAsync(since, handled, scanned, cancellationToken);
        }
    }

    /// <summary>Gives the run back.</summary>
    public Task ReleaseAsync() => held.ReleaseAsync();

    /// <summary>Renews the lease if it may be over. False if another node has taken the run.</summary>
    private async Task<bool> IsLeasedAsync(CancellationToken cancellationToken)
    {
        if (_isLate && _run.IsRunning && !await held.RenewAsync(null, cancellationToken))
            return false;
        _isLate = false;
        return true;
    }

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

    /// <summary>What to store next; null if another node has taken the run.</summary>
    private async Task<Following?> FollowingAsync(CancellationToken cancellationToken)
    {
        // No batch at all: the run has just begun.
        if (_run is { IsCounting: false, Batch: not null, Next: null })
            return new Following(Ended(WsmqDeadLetterRunState.Done, await held.NowAsync(cancellationToken)), 0);
        try
        {
            return await letters.RenewedAsync<Following>(_run.IsCounting ? CountedAsync : BatchAsync, cancellationToken);
        }
        catch (Exception e) when (RunLetters.IsFinal(e) && !cancellationToken.IsCancellationRequested)
        {
            var now = await held.NowAsync(cancellationToken);
            Log.RunFailed(logger, e, Id);
            return new Following(Ended(WsmqDeadLetterRunState.Failed, now) with { Error = RunLetters.CodeOf(e) }, 0);
        }
    }

    private async Task<Following> CountedAsync(CancellationToken cancellationToken)
    {
        var page = await FindAsync(_run.CountNext, MostCountedAtOnce, cancellationToken);
        var counted = _run with
        {
            Total = _run.Total + page.Items.Count, CountNext = page.Next, IsCounting = page.Next is not null,
            LeaseEnds = await held.NowAsync(cancellationToken) + (held.Lease + PauseOf(0, page.Scanned)).Micros(),
        };
        return new Following(counted, page.Scanned);
    }

    private async Task<Following> BatchAsync(CancellationToken cancellationToken)
    {
        var max = Math.Clamp(_run.PerSecond / BatchesPerSecond, 1, MostInABatch);
        var page = await FindAsync(_run.Next, max, cancellationToken);
        var now = await held.NowAsync(cancellationToken);
        var next = _run with
        {
            Batch = [.. page.Items.Select(l => new RunLetter(l.User, DeadLetterId.Of(l.Letter.Key)))],
            BatchAt = now,
            Next = page.Next,

            // The pauses of a slow run are not the end of its node.
            LeaseEnds = now + (held.Lease + PauseOf(max, page.Scanned)).Micros(),
        };
        return new Following(next, page.Scanned);
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

        await held.CompleteAsync(next, cancellationToken);
        return false;
    }

    private async Task PauseAsync(long since, int handled, long scanned, CancellationToken cancellationToken)
    {
        var pause = PauseOf(handled, scanned) - time.GetElapsedTime(since);
        if (pause > TimeSpan.Zero && _run.IsRunning)
            await Task.Delay(pause, time, cancellationToken);
    }

    /// <summary>How long a step takes at least.</summary>
    private TimeSpan PauseOf(int handled, long scanned) =>
        TimeSpan.FromSeconds(Math.Max((double)handled / _run.PerSecond, (double)scanned / ScannedPerSecond));

    /// <param name="Run">What to store next.</param>
    /// <param name="Scanned">How many dead letters were looked at for it.</param>
    private sealed record Following(RunRecord Run, long Scanned);
}
