using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Stores.Redis.Connections;

namespace Wsmq.Server.Stores.Redis.Journals;

/// <summary>
/// Looks after the journals of this node: a short time after a batch, what was not acknowledged is moved to the logs of its addresses, and
/// the entries are removed. Adopts the journals of nodes that are gone.
/// </summary>
internal sealed class JournalKeeper(
    RedisLanes lanes, JournalSettler settler, ActiveReaders readers, WsmqRedisOptions options, TimeProvider time, ILogger logger)
    : IAsyncDisposable
{
    // Windows that are later than this many times what they should be: moving messages to the logs fails.
    private const int MostLate = 10;
    private const int LanesAtOnce = 8;

    // The time for a stop.
    private const int MostCommandTimes = 2;

    private readonly ConcurrentDictionary<RedisLane, JournalWindows> _windows = new();
    private readonly CancellationTokenSource _stop = new();
    private Task _loop = Task.CompletedTask;
    private long _renewedAt;

    public void Start() => _loop = RunAsync();

    /// <summary>Whether messages can go into the journal of a lane now.</summary>
    public bool Takes(RedisLane lane) => options.JournalBytes > 0 && !(_windows.TryGetValue(lane, out var windows) && windows.IsFull);

    /// <summary>A batch with messages for the journal is sent; <see cref="Failed"/> or <see cref="Answered"/> follows.</summary>
    /// <param name="lane">The lane.</param>
    /// <param name="number">The number of the batch.</param>
    /// <param name="logs">The addresses that may have messages in the journal.</param>
    /// <param name="bytes">What is added to the journal, in bytes.</param>
    public void Begin(RedisLane lane, long number, IEnumerable<LogKeys> logs, long bytes) =>
        (_windows.TryGetValue(lane, out var windows) ? windows : Add(lane)).Begin(number, logs, bytes);

    /// <summary>A batch was executed, also one without messages for the journal.</summary>
    /// <param name="lane">The lane.</param>
    /// <param name="number">The number of the batch.</param>
    /// <param name="last">No message of it that is in the journal has a later position.</param>
    public void Answered(RedisLane lane, long number, WsmqPosition last)
    {
        if (_windows.TryGetValue(lane, out var windows))
            windows.Answered(number, last);
    }

    /// <summary>A batch may or may not have been executed, or may still be.</summary>
    /// <param name="lane">The lane.</param>
    /// <param name="number">The number of the batch.</param>
    /// <param name="isRefused">It was certainly not executed.</param>
    public void Failed(RedisLane lane, long number, bool isRefused)
    {
        if (_windows.TryGetValue(lane, out var windows))
            windows.Failed(number, isRefused);
    }

    /// <summary>Settles what this node has in journals: nobody has to wait until its lease has ended.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;

        // What fails, or takes too long because a server does not answer, is adopted by other nodes.
        using var end = new CancellationTokenSource(MostCommandTimes * options.CommandTimeout, time);
        await EachAsync(_windows.Values, async windows =>
        {
            await PassAsync(windows, TimeSpan.Zero, new JournalPace(TimeSpan.Zero, time), end.Token);
            await settler.RemoveAsync(windows.Lane, lanes.Node, end.Token);
        });
        _stop.Dispose();
    }

    private JournalWindows Add(RedisLane lane)
    {
        // A node without readers has no lease yet, and its journal would be taken for that of a node that is gone.
        Volatile.Write(ref _renewedAt, 0);
        return _windows.GetOrAdd(lane, key => new JournalWindows(key, options.JournalBytes, MostLate * options.SettleAfter, time));
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(Period, time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
                await LookAsync();
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The stop does the rest.
        }
    }

    private TimeSpan Period => TimeSpan.FromTicks(Math.Min(options.SettleAfter.Ticks / 2, lanes.Lease.Ticks / 6));

    private async Task LookAsync()
    {
        var renewed = Volatile.Read(ref _renewedAt);
        var isDue = renewed == 0 || time.GetElapsedTime(renewed) >= lanes.Lease / 3;
        if (isDue)
            Volatile.Write(ref _renewedAt, time.GetTimestamp());
        await EachAsync(_windows.Values, async windows =>
        {
            if (isDue)
                await settler.RenewAsync(windows.Lane, _stop.Token);
            var pace = Pace();
            await PassAsync(windows, options.SettleAfter, pace, _stop.Token);
            if (isDue)
                await settler.RepeatAsync(windows.Lane, windows.RemovedThrough, pace, _stop.Token);
        });
        if (!isDue)
            return;
        await EachAsync(lanes.All, lane => settler.AdoptAsync(lane, Pace(), _stop.Token));
        await EachAsync(lanes.All, lane => readers.SweepAsync(lane, _stop.Token));
    }

    // All lanes together take half of a period, unless there is very much to do.
    private JournalPace Pace()
    {
        var turns = (lanes.Count + LanesAtOnce - 1) / LanesAtOnce;
        return new JournalPace(Period / 2 / turns, time);
    }

    // Some lanes at a time: a server that does not answer must not hold up the lanes of others.
    private Task EachAsync<T>(IEnumerable<T> items, Func<T, Task> step) => Parallel.ForEachAsync(
        items, new ParallelOptions { MaxDegreeOfParallelism = LanesAtOnce }, async (item, _) => await TryAsync(() => step(item)));

    // The failure of one lane, whose server may be down, must not end the work on the others. The next round repeats it.
    private async Task TryAsync(Func<Task> step)
    {
        try
        {
            await step();
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The node stops.
        }
        catch (Exception e)
        {
            Log.JournalFailed(logger, e);
        }
    }

    private async Task PassAsync(JournalWindows windows, TimeSpan age, JournalPace pace, CancellationToken cancellationToken)
    {
        while (windows.Next(age) is { } window)
        {
            await settler.EndAsync(windows.Lane, window, pace, cancellationToken);
            windows.Removed();
        }
    }
}
