using System.Net;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using Wsmq.Server.Concurrency;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Stores.Redis.Connections;

namespace Wsmq.Server.Stores.Redis.Appends;

/// <summary>
/// Waits for the replicas of one primary, on a connection without other traffic. One WAIT at a time; batches added in the meantime share
/// the next one.
/// </summary>
/// <param name="endPoint">The address of the primary; null for batches without a known primary.</param>
/// <param name="options">The number of replicas, and the timeout.</param>
/// <param name="again">Called with batches that were not confirmed and are not too old.</param>
/// <param name="logger">Logs when receipts begin to fail, and when they succeed again.</param>
internal sealed class ReplicaWaiter(
    EndPoint? endPoint, WsmqRedisOptions options, Action<UnconfirmedBatch> again, ILogger logger) : CoalescingWorker<UnconfirmedBatch>
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    // While no replica answers, batches of different ages would otherwise each need a WAIT of their own.
    private readonly TimeSpan _shortest = TimeSpan.FromMilliseconds(Math.Ceiling(options.ReplicaTimeout.TotalMilliseconds / 10));
    private bool _failing;
    private volatile IServer? _primary;

    public EndPoint? EndPoint => endPoint;

    /// <summary>Adds a batch, and sets the primary as known now.</summary>
    public void Add(UnconfirmedBatch batch, IServer? primary)
    {
        _primary = primary;
        Add(batch);
    }

    protected override async Task RunAsync(List<UnconfirmedBatch> items)
    {
        Exception? cause = null;
        try
        {
            await RoundAsync(_primary ?? throw new WsmqException(WsmqErrors.StoreUnavailable, "no primary is known"), items);
        }
        catch (Exception e)
        {
            // Any failure means no confirmation. The primary may have changed.
            cause = e;
            await Task.Delay(Pause);
        }

        Settle(items.FindAll(b => !b.Confirmed.IsCompleted), cause);
    }

    private async Task RoundAsync(IServer primary, List<UnconfirmedBatch> batches)
    {
        var sockets = primary.GetCounters().Interactive.SocketCount;
        var parts = batches.GroupBy(b => b.Mark).ToArray();
        var present = await Task.WhenAll(parts.Select(p => IsPresentAsync(primary, p)));
        if (!Array.Exists(present, p => p))
            return;

        // Sent after the answers of the scripts, so that WAIT cannot run before the writes that it must cover.
        var left = batches.Min(b => b.TimeLeft);
        var milliseconds = (long)Math.Ceiling((left > _shortest ? left : _shortest).TotalMilliseconds);
        var reached = (long)await primary.ExecuteAsync("WAIT", [options.ReceiptReplicas, milliseconds], CommandFlags.NoRedirect);

        // On another socket, WAIT may have run on another server and covered other writes.
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

    /// <summary>Whether the primary has the batches; fails them if a failover has lost them.</summary>
    private static async Task<bool> IsPresentAsync(IServer primary, IGrouping<RedisKey, UnconfirmedBatch> part)
    {
        var found = (int)await primary.ExecuteAsync(
            "EVAL",
            [RedisScript.Confirm, 1, part.Key, part.Max(b => b.Number), part.Max(b => b.Kept).WholeMilliseconds()],
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
