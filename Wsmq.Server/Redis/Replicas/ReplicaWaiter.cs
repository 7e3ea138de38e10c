using System.Net;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using Wsmq.Server.Diagnostics;

namespace Wsmq.Server.Redis.Replicas;

/// <summary>
/// Waits for the replicas of one primary, on a connection without other traffic. One WAIT at a time; what comes meanwhile goes into
/// the next one together.
/// </summary>
/// <param name="endPoint">Where the primary is, or null for what has none at the moment.</param>
/// <param name="lanes">The keys.</param>
/// <param name="options">How many replicas, and for how long.</param>
/// <param name="again">Takes what was not confirmed and is not too old.</param>
/// <param name="logger">Told when receipts begin to fail, and when they succeed again.</param>
internal sealed class ReplicaWaiter(
    EndPoint? endPoint, RedisLanes lanes, WsmqRedisOptions options, Action<UnconfirmedBatch> again, ILogger logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    // Batches of many ages would otherwise each ask for a WAIT of their own while no replica answers.
    private readonly TimeSpan _shortest = TimeSpan.FromMilliseconds(Math.Ceiling(options.ReplicaTimeout.TotalMilliseconds / 10));
    private readonly Lock _lock = new();
    private List<UnconfirmedBatch> _waiting = [];
    private Task _loop = Task.CompletedTask;
    private bool _failing;
    private IServer? _primary;

    public EndPoint? EndPoint => endPoint;

    /// <summary>Takes a batch, and the primary as it is known now.</summary>
    public void Add(UnconfirmedBatch batch, IServer? primary)
    {
        lock (_lock)
        {
            _primary = primary;
            _waiting.Add(batch);
            if (_loop.IsCompleted)
                _loop = Task.Run(RunAsync);
        }
    }

    /// <summary>Returns once nothing waits; that takes the time-out at most.</summary>
    public Task EndAsync()
    {
        lock (_lock)
            return _loop;
    }

    private async Task RunAsync()
    {
        while (Take() is { Count: > 0 } batches)
        {
            Exception? cause = null;
            try
            {
                await RoundAsync(_primary ?? throw new WsmqException(WsmqErrors.StoreUnavailable, "no primary is known"), batches);
            }
            catch (Exception e)
            {
                // Whatever it was, it is no confirmation. The primary may be another one by now.
                cause = e;
                await Task.Delay(Pause);
            }

            Settle(batches.FindAll(b => !b.Confirmed.IsCompleted), cause);
        }
    }

    private List<UnconfirmedBatch> Take()
    {
        lock (_lock)
        {
            var batches = _waiting;
            _waiting = [];

            // Inside the lock: what comes from now on starts a loop of its own.
            if (batches.Count == 0)
                _loop = Task.CompletedTask;
            return batches;
        }
    }

    private async Task RoundAsync(IServer primary, List<UnconfirmedBatch> batches)
    {
        var sockets = primary.GetCounters().Interactive.SocketCount;
        var parts = batches.GroupBy(b => b.Lane).ToArray();
        var present = await Task.WhenAll(parts.Select(p => IsPresentAsync(primary, p)));
        if (!Array.Exists(present, p => p))
            return;

        // Behind the answers, so that nothing can put it before the writes that it is to count.
        var left = batches.Min(b => b.TimeLeft);
        var milliseconds = (long)Math.Ceiling((left > _shortest ? left : _shortest).TotalMilliseconds);
        var reached = (long)await primary.ExecuteAsync("WAIT", [options.ReceiptReplicas, milliseconds], CommandFlags.NoRedirect);

        // On another connection it may have been another server, and have counted other writes.
        if (reached < options.ReceiptReplicas || primary.GetCounters().Interactive.SocketCount != sockets)
            return;
        foreach (var (part, _) in parts.Zip(present).Where(p => p.Second))
        {
            foreach (var batch in part)
                batch.Confirm();
        }

        if (_failing)
            Log.ReplicasConfirmAgain(logger);
        _failing = false;
    }

    /// <summary>False, and the batches have failed, where a failover has lost them.</summary>
    private async Task<bool> IsPresentAsync(IServer primary, IGrouping<int, UnconfirmedBatch> part)
    {
        var found = (int)await primary.ExecuteAsync(
            "EVAL",
            [RedisScript.Confirm, 1, lanes.Keys(part.Key).Batch, part.Max(b => b.Number), AppendFence.Kept.WholeMilliseconds()],
            CommandFlags.NoRedirect);
        if (found == 1)
            return true;
        foreach (var batch in part)
            batch.Fail();
        return false;
    }

    private void Settle(List<UnconfirmedBatch> open, Exception? cause)
    {
        foreach (var batch in open)
        {
            if (batch.TimeLeft > TimeSpan.Zero)
            {
                again(batch);
                continue;
            }

            batch.Fail(cause);
            if (!_failing)
                Log.ReplicasDoNotConfirm(logger, cause, options.ReceiptReplicas, options.ReplicaTimeout);
            _failing = true;
        }
    }
}
