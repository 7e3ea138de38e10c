using Wsmq.Server.Stores;

namespace Wsmq.Server.DeadLetters;

/// <summary>
/// A run that this node carries out, batch by batch. Each batch is stored before it is handled, together with the results of the one before:
/// one write for each. If the write fails because the run has changed, it was stopped, or another node has taken it.
/// </summary>
internal sealed class CarriedRun(IStore store, RunLetters handling, RunClock clock, TimeSpan lease, RunRecord taken)
{
    private const int MostInABatch = 100;
    private const int BatchesPerSecond = 4;
    private const long MicrosInAMillisecond = 1_000;

    private readonly DeadLetterSearch _search = new(store);
    private RunRecord _stored = taken;
    private RunRecord _run = taken;

    // The batch of a node that has ended: some of it may have been handled.
    private bool _isInherited = taken.Batch is { Length: > 0 };

    public string Id => _stored.Id;

    /// <summary>Returns once the run has ended, or another node has taken it. After an exception it can be called again.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (_run.IsRunning)
        {
            var since = clock.Time.GetTimestamp();
            var handled = _run.Batch?.Length ?? 0;
            if (handled > 0)
            {
                TimeSpan? age = _isInherited ? TimeSpan.FromMicroseconds(clock.Now - _run.BatchAt) : null;
                _run = await handling.HandleAsync(_run, age, cancellationToken);
            }

            if (!await StoreAsync(await FollowingAsync(cancellationToken), cancellationToken))
                return;
            _isInherited = false;
            var pause = TimeSpan.FromSeconds((double)handled / _run.PerSecond) - clock.Time.GetElapsedTime(since);
            if (pause > TimeSpan.Zero && _run.IsRunning)
                await Task.Delay(pause, clock.Time, cancellationToken);
        }
    }

    /// <summary>Gives the run back.</summary>
    public Task ReleaseAsync() => StoreAsync(_stored with { LeaseEnds = 0 }, CancellationToken.None);

    private async Task<RunRecord> FollowingAsync(CancellationToken cancellationToken)
    {
        // No batch at all: the run has just begun.
        if (_run is { Batch: not null, Next: null })
            return Ended(WsmqDeadLetterRunState.Done);
        try
        {
            var max = Math.Clamp(_run.PerSecond / BatchesPerSecond, 1, MostInABatch);
            var until = DateTimeOffset.FromUnixTimeMilliseconds(_run.Until);
            var page = await _search.FindAsync(_run.Filter.ToQuery(), until, _run.Next, max, null, cancellationToken);
            return _run with
            {
                Batch = [.. page.Items.Select(l => new RunLetter(l.User, DeadLetterId.Of(l.Letter.Key)))],
                BatchAt = clock.Now,
                Next = page.Next,

                // The pauses of a slow run are not the end of its node.
                LeaseEnds = clock.Now + (lease + TimeSpan.FromSeconds((double)max / _run.PerSecond)).Micros(),
            };
        }
        catch (WsmqException e) when (RunLetters.IsFinal(e))
        {
            return Ended(WsmqDeadLetterRunState.Failed) with { Error = e.Error.Code };
        }
    }

    private RunRecord Ended(WsmqDeadLetterRunState state) =>
        _run with { State = state, EndedAt = clock.Now / MicrosInAMillisecond, Batch = [], Next = null, LeaseEnds = 0 };

    /// <summary>False if this node no longer carries out the run.</summary>
    private async Task<bool> StoreAsync(RunRecord next, CancellationToken cancellationToken)
    {
        if (await store.Runs.ReplaceAsync(Id, _stored.ToString(), next.ToString(), cancellationToken))
        {
            (_stored, _run) = (next, next);
            return true;
        }

        return await SettleAsync(next, cancellationToken);
    }

    // An answer that was lost looks like a change by somebody else. A run that was stopped gets the results of its last batch.
    private async Task<bool> SettleAsync(RunRecord next, CancellationToken cancellationToken)
    {
        var now = (await store.Runs.ListAsync(cancellationToken)).Texts.GetValueOrDefault(Id);
        if (now == next.ToString())
        {
            (_stored, _run) = (next, next);
            return true;
        }

        if (now is not null && RunRecord.Parse(now) is { State: WsmqDeadLetterRunState.Stopped } stopped && stopped.Owner == _stored.Owner
            && stopped.Done == _stored.Done)
        {
            var last = stopped with { Done = next.Done, Failed = next.Failed, Gone = next.Gone, Error = next.Error, Batch = [] };
            await store.Runs.ReplaceAsync(Id, now, last.ToString(), cancellationToken);
        }

        return false;
    }
}
