using System.Net;
using Microsoft.Extensions.Logging;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Stores.Redis.Connections;

namespace Wsmq.Server.Stores.Redis.Appends;

/// <summary>Sends the appends of one lane in order, and to the primary only.</summary>
/// <param name="lane">The lane.</param>
/// <param name="script">Sends a batch.</param>
/// <param name="primaries">Names the primary.</param>
/// <param name="replicas">Waits for replicas; null if a receipt does not require them.</param>
/// <param name="logger">The logger.</param>
internal sealed class RedisAppender(
    RedisLane lane, IBatchScript script, RedisPrimaries primaries, ReplicatedLane? replicas, ILogger logger) : IAppender
{
    /// <summary>Lua's unpack passes at most about 8,000 values to a command.</summary>
    private const int MaxItems = 2_048;

    private readonly AppendFence _fence = new(TimeProvider.System);
    private Task _turn = Task.CompletedTask;

    public async Task<AppendResult[]> AppendAsync(IReadOnlyList<AppendRequest> batch, bool follows, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(batch.Count, MaxItems);
        if (batch.Count == 0)
            return [];
        var number = _fence.Next();
        follows |= replicas?.IsWaiting == true;
        try
        {
            var results = _turn.IsCompleted && (follows || !_fence.IsDoubted)
                ? await SendAsync(batch, number, follows, cancellationToken)
                : await SendInTurnAsync(batch, number, follows, cancellationToken);
            _fence.Answered(number);
            replicas?.Appended(number);
            return results;
        }
        catch (Exception e)
        {
            _fence.Failed(RedisErrors.IsFenced(e));
            replicas?.Failed(number);
            throw;
        }
    }

    public EndPoint? Server => primaries.SharedServerOf(lane);

    public int WeightOf(WsmqAddress to) => script.WeightOf(to);

    public Task ConfirmedAsync() => replicas?.Last ?? Task.CompletedTask;

    /// <summary>Sends, in order, a batch that must wait until the primary is confirmed, or that is queued after such a batch.</summary>
    private async Task<AppendResult[]> SendInTurnAsync(
        IReadOnlyList<AppendRequest> batch, long number, bool follows, CancellationToken cancellationToken)
    {
        var before = _turn;
        var sent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _turn = sent.Task;
        Task<AppendResult[]> answer;
        try
        {
            await before;
            if (!follows && _fence.IsDoubted)
                await RequirePrimaryAsync(cancellationToken);
            answer = SendAsync(batch, number, follows, cancellationToken);
        }
        finally
        {
            sent.SetResult();
        }

        return await answer;
    }

    private async Task<AppendResult[]> SendAsync(
        IReadOnlyList<AppendRequest> batch, long number, bool follows, CancellationToken cancellationToken)
    {
        var server = primaries.ServerOf(lane);
        bool doubted;
        BatchReply reply;
        _fence.Sent();
        try
        {
            reply = await script.RunAsync(lane, batch, number, _fence.Before(number, follows), cancellationToken);
        }
        finally
        {
            doubted = _fence.Returned();
        }

        var isValid = false;
        try
        {
            // A server that was frozen executes the commands it had received even after another server has replaced it.
            if (doubted && primaries.HasCoordinator && (server is null || await primaries.WasReplacedAsync(lane, server, cancellationToken)))
                throw new WsmqException(WsmqErrors.StoreUnavailable, "another Redis server has become the primary");
            isValid = true;
        }
        finally
        {
            reply.Decided?.Invoke(isValid);
        }

        return reply.Results;
    }

    /// <summary>After a failure: a former primary that is available again accepts writes for a while, and these are lost.</summary>
    private async Task RequirePrimaryAsync(CancellationToken cancellationToken)
    {
        if (!_fence.IsFenced && !primaries.HasCoordinator)
            return;
        var named = await primaries.IsNamedAsync(lane, cancellationToken);

        if (named == false && !primaries.HasCoordinator)
            Log.SeveralPrimaries(logger);

        // If the primary is unknown, trust a server that has all answered batches, and refuse one that lacks some.
        if (named == false || (named is null && _fence.IsFenced))
            throw new WsmqException(WsmqErrors.StoreUnavailable, "another Redis server may be the primary");
        if (named == true)
            _fence.Named();
    }
}
