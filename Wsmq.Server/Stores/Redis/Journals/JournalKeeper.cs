using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Stores.Redis.Connections;

namespace Wsmq.Server.Stores.Redis.Journals;

/// <summary>
/// Looks after the journals of this node: a short time after a batch, what was not acknowledged is moved to the logs of its addresses, and
/// the entries are removed. Adopts the journals of nodes that are gone.
/// </summary>
internal sealed class JournalKeeper(
    RedisLanes lanes, JournalSettler settler, WsmqRedisOptions options, TimeProvider time, ILogger logger)
    : IAsyncDisposable
{
    // Windows that are later than this many times what they should be: moving messages to the logs fails.
    private const int MostLate = 10;

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
    public void Failed(RedisLane lane, long number)
    {
        if (_windows.TryGetValue(lane, out var windows))
            windows.Failed(number);
    }

    /// <summary>Settles what this node has in journals: nobody has to wait until its lease has ended.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;

        // What fails is adopted by other nodes.
        foreach (var windows in _windows.Values)
        {
            await TryAsync(async () =>
            {
                await PassAsync(windows, TimeSpan.Zero, CancellationToken.None);
                await settler.RemoveAsync(windows.Lane, lanes.Node, CancellationToken.None);
            });
        }

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
        using var timer = new PeriodicTimer(TimeSpan.FromTicks(Math.Min(options.SettleAfter.Ticks / 2, lanes.Lease.Ticks / 6)), time);
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

    private async Task LookAsync()
    {
        var renewed = Volatile.Read(ref _renewedAt);
        var isDue = renewed == 0 || time.GetElapsedTime(renewed) >= lanes.Lease / 3;
        if (isDue)
            Volatile.Write(ref _renewedAt, time.GetTimestamp());
        foreach (var windows in _windows.Values)
        {
            await TryAsync(async () =>
            {
                if (isDue)
                    await settler.RenewAsync(windows.Lane, _stop.Token);
                await PassAsync(windows, options.SettleAfter, _stop.Token);
            });
        }

        foreach (var lane in isDue ? lanes.All : [])
            await TryAsync(() => settler.AdoptAsync(lane, _stop.Token));
    }

    // The failure of one lane, whose server may be down, must not end the work on the others. The next round repeats it.
    private async Task TryAsync(Func<Task> step)
    {
        try
        {
            await step();
        }
        catch (Exception e) when (!(e is OperationCanceledException && _stop.IsCancellationRequested))
        {
            Log.JournalFailed(logger, e);
        }
    }

    private async Task PassAsync(JournalWindows windows, TimeSpan age, CancellationToken cancellationToken)
    {
        while (windows.Next(age) is { } window)
        {
            var mark = await settler.SettleAsync(windows.Lane, window.Logs, window.Last!.Value, cancellationToken);
            await settler.TrimAsync(windows.Lane, lanes.Node, window.Through.ToString(CultureInfo.InvariantCulture), mark, cancellationToken);
            windows.Removed();
        }
    }
}
