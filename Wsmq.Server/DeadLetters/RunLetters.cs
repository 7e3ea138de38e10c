using Microsoft.Extensions.Logging;
using Wsmq.Server.Concurrency;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Stores;

namespace Wsmq.Server.DeadLetters;

/// <summary>Handles a batch of dead letters: it replays those of one user one after another, so that they stay in their order.</summary>
internal sealed class RunLetters(IStore store, IWsmqDeadLetters letters, TimeProvider time, ILogger logger)
{
    private const int ConcurrentLetters = 16;

    private readonly StoredReplays _replays = new(store);
    private string? _waits;

    /// <summary>The code of the error for which a dead letter was tried again last, and may still be; null for none in this batch.</summary>
    public string? Waits => Volatile.Read(ref _waits);

    /// <summary>Handles the batch of a run, and returns the run with the new counts.</summary>
    /// <param name="run">The run.</param>
    /// <param name="isRepeated">Whether some of the batch may have been handled already.</param>
    /// <param name="cancellationToken">Ends it before the next dead letter.</param>
    public async Task<RunRecord> HandleAsync(RunRecord run, bool isRepeated, CancellationToken cancellationToken)
    {
        var (done, failed, gone, error) = (0L, 0L, 0L, run.Error);
        Volatile.Write(ref _waits, null);
        var options = new ParallelOptions { MaxDegreeOfParallelism = ConcurrentLetters, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(OrdersOf(run), options, async (some, stop) =>
        {
            foreach (var letter in some)
            {
                try
                {
                    var was = await UntilAnsweredAsync(run, letter, isRepeated, stop);
                    Interlocked.Increment(ref was ? ref done : ref gone);
                }
                catch (Exception e) when (!stop.IsCancellationRequested)
                {
                    // One dead letter that cannot be handled must not keep the run from the others.
                    Interlocked.Increment(ref failed);
                    error = CodeOf(e);
                    Log.RunLetterFailed(logger, e, run.Id, PrintableText.Of(letter.Id));
                }
            }
        });
        return run with { Done = run.Done + done, Failed = run.Failed + failed, Gone = run.Gone + gone, Error = error, Batch = [] };
    }

    /// <summary>
    /// Whether another attempt cannot help. Corrupt data stays as it is until somebody repairs it; what is no failure of the store or of the
    /// message is a defect of this program, or of an app's part in it.
    /// </summary>
    public static bool IsFinal(Exception e) => e is not WsmqException known || !known.Error.CanRetry || known.Error == WsmqErrors.StoreCorrupt;

    /// <summary>What to show of an error: its code, or the type of an exception that has none. Its text may contain anything.</summary>
    public static string CodeOf(Exception e) => e is WsmqException known ? known.Error.Code : e.GetType().Name;

    // The dead letters that have to stay in their order.
    private static IEnumerable<IEnumerable<RunLetter>> OrdersOf(RunRecord run) => run.Action == WsmqDeadLetterAction.Replay
        ? run.Batch!.GroupBy(l => l.User)
        : run.Batch!.Select(l => new[] { l });

    // While the store is unavailable the run waits: nothing is wrong with the dead letter.
    private async Task<bool> UntilAnsweredAsync(RunRecord run, RunLetter letter, bool wasTried, CancellationToken cancellationToken)
    {
        for (var backoff = new Backoff(time); ; wasTried = true)
        {
            try
            {
                // What an earlier attempt or another node has handled counts as handled.
                return await HandleAsync(run, letter, wasTried, cancellationToken) || wasTried;
            }
            catch (WsmqException e) when (!IsFinal(e) && !cancellationToken.IsCancellationRequested)
            {
                Volatile.Write(ref _waits, CodeOf(e));
                await backoff.WaitAsync(backoff.Next(), cancellationToken);
            }
        }
    }

    // An attempt that failed may have stored the replay: its answer was lost, or the removal after it failed. The store recognizes a second
    // replay by its id, but not for longer than the deduplication window, and nobody knows how long an outage lasts.
    private async Task<bool> HandleAsync(RunRecord run, RunLetter letter, bool wasTried, CancellationToken cancellationToken)
    {
        if (run.Action == WsmqDeadLetterAction.Remove
            || (wasTried && await _replays.ContainsAsync(letter.User, letter.Id, run.BatchAt, cancellationToken)))
            return await letters.RemoveAsync(letter.User, letter.Id, cancellationToken);
        return await letters.ReplayAsync(letter.User, letter.Id, cancellationToken) is not null;
    }
}
