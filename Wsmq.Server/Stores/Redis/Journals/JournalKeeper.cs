using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Stores.Redis.Connections;

namespace Wsmq.Server.Stores.Redis.Journals;

/// <summary>
/// Looks after the journals of this node: a short time after a batch, what was not acknowledged is moved to the logs of its addresses, and
/// the entries are removed. Adopts the journals of nodes that are gone.
/// </summary>
internal sealed class JournalKeeper(
    RedisLanes lanes, JournalSettler settler, WsmqRedisOptions options, TimeSpan grace, TimeProvider time, ILogger logger)
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

    /// <summary>A batch is sent.</summary>
    /// <param name="lane">The lane.</param>
    /// <param name="number">The number of the batch.</param>
    /// <param name="logs">The addresses that may have messages in the journal.</param>
    /// <param name="bytes">What is added to the journal, in bytes.</param>
    public JournalBatch Begin(RedisLane lane, long number, IEnumerable<LogKeys> logs, long bytes) =>
        (_windows.TryGetValue(lane, out var windows) ? windows : Add(lane)).Begin(number, logs, bytes);

    /// <summary>Settles what this node has in journals: nobody has to wait until its lease has ended.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        try
        {
            foreach (var windows in _windows.Values)
            {
                await PassAsync(windows, TimeSpan.Zero, TimeSpan.Zero, CancellationToken.None);
                await settler.RemoveAsync(windows.Lane, lanes.Node, CancellationToken.None);
            }
        }
        catch (Exception e) when (e is WsmqException or RedisException or ObjectDisposedException)
        {
            // The store is not available. Other nodes adopt the journals.
            Log.JournalFailed(logger, e);
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
        using var timer = new PeriodicTimer(options.SettleAfter / 2, time);
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
        try
        {
            foreach (var windows in _windows.Values)
                await PassAsync(windows, options.SettleAfter, grace, _stop.Token);
            var renewed = Volatile.Read(ref _renewedAt);
            if (renewed != 0 && time.GetElapsedTime(renewed) < lanes.Lease / 3)
                return;
            Volatile.Write(ref _renewedAt, time.GetTimestamp());
            foreach (var windows in _windows.Values)
                await settler.RenewAsync(windows.Lane, _stop.Token);
            foreach (var lane in lanes.All)
                await settler.AdoptAsync(lane, _stop.Token);
        }
        catch (Exception e) when (!_stop.IsCancellationRequested)
        {
            // Nothing may end the loop. The next round repeats it.
            Log.JournalFailed(logger, e);
        }
    }

    private async Task PassAsync(JournalWindows windows, TimeSpan age, TimeSpan keep, CancellationToken cancellationToken)
    {
        while (windows.Next(age) is { } window)
        {
            await settler.SettleAsync(windows.Lane, window.Logs, window.Last!.Value, cancellationToken);
            windows.Settled();
        }

        // If this fails, the next removal removes them too.
        if (windows.Removable(keep) is { } last)
            await settler.TrimAsync(windows.Lane, lanes.Node, last.Through.ToString(CultureInfo.InvariantCulture), cancellationToken);
    }
}
