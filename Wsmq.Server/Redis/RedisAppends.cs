using Microsoft.Extensions.Logging;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Logs;
using Wsmq.Server.Redis.Replicas;

namespace Wsmq.Server.Redis;

/// <summary>Appends of each lane in their order, and at the primary only.</summary>
internal sealed class RedisAppends(AppendScript script, RedisPrimaries primaries, int lanes, RedisReplicas? replicas, ILogger logger)
{
    /// <summary>Lua passes at most about 8,000 values to a command.</summary>
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

    /// <summary>Completes once the receipts of what was answered may go out.</summary>
    public Task ConfirmedAsync(int lane) => replicas?.ConfirmedAsync(lane) ?? Task.CompletedTask;

    /// <summary>A batch that has to wait for an answer about the primary, or comes behind one that does: they are sent in order.</summary>
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

        // One that stood still carries out what it had received, also after another has taken its place.
        if (doubted && primaries.HasCoordinator && (server is null || await primaries.WasReplacedAsync(lane, server, cancellationToken)))
            throw new WsmqException(WsmqErrors.StoreUnavailable, "another Redis is the primary by now");
        return results;
    }

    /// <summary>After a failure: a former primary that has come back takes writes for a while, which are lost.</summary>
    private async Task RequirePrimaryAsync(int lane, AppendFence fence, CancellationToken cancellationToken)
    {
        if (!fence.IsFenced && !primaries.HasCoordinator)
            return;
        var named = await primaries.IsNamedAsync(lane, cancellationToken);

        if (named == false && !primaries.HasCoordinator)
            Log.SeveralPrimaries(logger);

        // Where nobody can tell, a server that has all that was answered is trusted, and one that lacks some is not.
        if (named == false || (named is null && fence.IsFenced))
            throw new WsmqException(WsmqErrors.StoreUnavailable, "another Redis may be the primary");
        if (named == true)
            fence.Named();
    }
}
