using Wsmq.Server.Concurrency;
using Wsmq.Server.Framing;
using Wsmq.Server.Stores;

namespace Wsmq.Server.DeadLetters;

/// <summary>Handles a batch of dead letters: those of one user one after another, so that they stay in their order.</summary>
internal sealed class RunLetters(IStore store, IWsmqDeadLetters letters, TimeProvider time, TimeSpan deduplication)
{
    private const int ConcurrentUsers = 16;
    private const int MostEntriesSeen = 5_000;
    private const int EntriesInAStep = 200;

    /// <summary>Handles the batch of a run, and returns the run with the new counts.</summary>
    /// <param name="run">The run.</param>
    /// <param name="age">If a node that has ended may have handled some of it: how long ago the batch was stored.</param>
    /// <param name="cancellationToken">Ends it before the next dead letter.</param>
    public async Task<RunRecord> HandleAsync(RunRecord run, TimeSpan? age, CancellationToken cancellationToken)
    {
        var (done, failed, gone, error) = (0L, 0L, 0L, run.Error);
        var options = new ParallelOptions { MaxDegreeOfParallelism = ConcurrentUsers, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(run.Batch!.GroupBy(l => l.User), options, async (user, stop) =>
        {
            foreach (var letter in user)
            {
                try
                {
                    var was = await UntilAnsweredAsync(() => HandleAsync(run, letter, age, stop), stop);

                    // What its predecessor had handled counts as handled.
                    Interlocked.Increment(ref was || age is not null ? ref done : ref gone);
                }
                catch (WsmqException e) when (!stop.IsCancellationRequested)
                {
                    Interlocked.Increment(ref failed);
                    error = e.Error.Code;
                }
            }
        });
        return run with { Done = run.Done + done, Failed = run.Failed + failed, Gone = run.Gone + gone, Error = error, Batch = [] };
    }

    /// <summary>Whether another attempt cannot help; corrupt data stays as it is until somebody repairs it.</summary>
    public static bool IsFinal(WsmqException e) => !e.Error.CanRetry || e.Error == WsmqErrors.StoreCorrupt;

    private async Task<bool> HandleAsync(RunRecord run, RunLetter letter, TimeSpan? age, CancellationToken cancellationToken)
    {
        if (run.Action == WsmqDeadLetterAction.Remove
            || (age > deduplication && await WasReplayedAsync(letter, run.BatchAt, cancellationToken)))
            return await letters.RemoveAsync(letter.User, letter.Id, cancellationToken);
        return await letters.ReplayAsync(letter.User, letter.Id, cancellationToken) is not null;
    }

    // While the store is unavailable the run waits: nothing is wrong with the dead letter.
    private async Task<T> UntilAnsweredAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
    {
        for (var backoff = new Backoff(time); ;)
        {
            try
            {
                return await call();
            }
            catch (WsmqException e) when (!IsFinal(e) && !cancellationToken.IsCancellationRequested)
            {
                await backoff.WaitAsync(backoff.Next(), cancellationToken);
            }
        }
    }

    // Once the store no longer remembers the id of a replay, the user's queue tells whether the replay is in it. It cannot tell if the
    // replay was acknowledged and removed meanwhile.
    private async Task<bool> WasReplayedAsync(RunLetter letter, long since, CancellationToken cancellationToken)
    {
        var (queue, id) = (WsmqAddress.User(letter.User), DeadLetterId.ReplayOf(DeadLetterId.Parse(letter.Id)));
        var range = new HeadRange(
            new WsmqPosition(since), new WsmqPosition(WsmqPosition.MaxValue), Newest: false, EntriesInAStep, 0);
        for (var seen = 0; seen < MostEntriesSeen;)
        {
            var page = await store.Inspection.HeadsAsync(queue, range, cancellationToken);
            if (page.Entries.Any(e => EntryHeader.Of(e.Metadata) is { Replay: not null } header && header.Id == id))
                return true;
            if (!page.More)
                return false;
            seen += page.Entries.Count;
            range = range with { After = page.Entries[^1].Position };
        }

        return false;
    }
}
