using Microsoft.Extensions.Logging;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Logs;
using Wsmq.Server.Redis.Replicas;

namespace Wsmq.Server.Redis;

/// <summary>Sends the appends of each lane in order, and to the primary only.</summary>
internal sealed class RedisAppends(AppendScript script, RedisPrimaries primaries, int lanes, RedisReplicas? replicas, ILogger logger)
{
    /// <summary>Lua's unpack passes at most about 8,000 values to a command.</summary>
    private const int MaxItems = 2_048;

    private readonly AppendFence[] _fences = [.. Enumerable.Range(0, lanes).Select(_ => new AppendFence(TimeProvider.System))];
    private readonly Task[] _turns = [.. Enumerable.Repeat(Task.CompletedTask, lanes)];

    public async Task<AppendResult[]> RunAsync(
        int lane, IReadOnlyList<AppendRequest> batch, bool follows, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(batch.Count, MaxItems);
        if (batch.Count == 0)
            return [];
        var fence = _fences[lane];
        var number = fence.Next();
        follows |= replicas?.IsWaiting(lane) == true;
        try
        {
            var results = _turns[lane].IsCompleted && (follows || !fence.IsDoubted)
                ? await SendAsync(lane, batch, number, follows, cancellationToken)
                : await RunInTurnAsync(lane, batch, number, follows, cancellationToken);
            fence.Answered(number);
            replicas?.Appended(lane, number);
            return results;
        }
        catch (Exception e)
        {
            fence.Failed(RedisErrors.IsFenced(e));
            replicas?.Failed(lane, number);
            throw;
        }
    }

    /// <summary>Completes once receipts may be sent for all batches answered so far.</summary>
    public Task ConfirmedAsync(int lane) => replicas?.ConfirmedAsync(lane) ?? Task.CompletedTask;

    /// <summary>Sends, in order, a batch that must wait until the primary is confirmed, or that is queued after such a batch.</summary>
    private async Task<AppendResult[]> RunInTurnAsync(
        int lane, IReadOnlyList<AppendRequest> batch, long number, bool follows, CancellationToken cancellationToken)
    {
        var (fence, before) = (_fences[lane], _turns[lane]);
        var sent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _turns[lane] = sent.Task;
        Task<AppendResult[]> answer;
        try
        {
            await before;
            if (!follows && fence.IsDoubted)
                await RequirePrimaryAsync(lane, fence, cancellationToken);
            answer = SendAsync(lane, batch, number, follows, cancellationToken);
        }
        finally
        {
            sent.SetResult();
        }

        return await answer;
    }

    private async Task<AppendResult[]> SendAsync(
        int lane, IReadOnlyList<AppendRequest> batch, long number, bool follows, CancellationToken cancellationToken)
    {
        var fence = _fences[lane];
        var server = primaries.ServerOf(lane);
        bool doubted;
        AppendResult[] results;
        fence.Sent();
        try
        {
            results = await script.RunAsync(lane, batch, number, fence.Before(number, follows), cancellationToken);
        }
        finally
        {
            doubted = fence.Returned();
        }

        // A server that was frozen executes the commands it had received even after another server has replaced it.
        if (doubted && primaries.HasCoordinator && (server is null || await primaries.WasReplacedAsync(lane, server, cancellationToken)))
            throw new WsmqException(WsmqErrors.StoreUnavailable, "another Redis server has become the primary");
        return results;
    }

    /// <summary>After a failure: a former primary that is available again accepts writes for a while, and these are lost.</summary>
    private async Task RequirePrimaryAsync(int lane, AppendFence fence, CancellationToken cancellationToken)
    {
        if (!fence.IsFenced && !primaries.HasCoordinator)
            return;
        var named = await primaries.IsNamedAsync(lane, cancellationToken);

        if (named == false && !primaries.HasCoordinator)
            Log.SeveralPrimaries(logger);

        // If the primary is unknown, trust a server that has all answered batches, and refuse one that lacks some.
        if (named == false || (named is null && fence.IsFenced))
            throw new WsmqException(WsmqErrors.StoreUnavailable, "another Redis server may be the primary");
        if (named == true)
            fence.Named();
    }
}
