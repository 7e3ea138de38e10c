using Wsmq.Server.Authorization;
using Wsmq.Server.Queues;
using Wsmq.Server.Sessions;

namespace Wsmq.Server.Hubs;

/// <summary>Handles the calls of clients that manage work queues. Each call does one bounded step.</summary>
internal sealed class ClientQueues(WsmqQueues queues, AccessCheck access)
{
    // As a page of a log.
    private const long MostPeekedBytes = 256 * 1024;

    /// <summary>The queues that the caller may manage.</summary>
    public async Task<WsmqQueueInfo[]> ListAsync(Session session)
    {
        var infos = new List<WsmqQueueInfo>();
        foreach (var queue in queues.Declared)
        {
            if (await MayManageAsync(session, queue))
                infos.Add(await queues.InfoAsync(queue, session.Connection.Aborted));
        }

        // For everybody else the call costs the authorizer only, which may be slow.
        if (infos.Count == 0)
            await session.Limits.ThrottleReadAsync(session.Connection.Aborted);
        return [.. infos];
    }

    public Task<WsmqQueueInfo> InfoAsync(Session session, string? queue) => OnAsync(session, queue, queues.InfoAsync);

    public Task<WsmqJobInfo[]> PeekAsync(Session session, string? queue, WsmqObjectArgument<WsmqJobQuery> query) =>
        OnAsync(session, queue, async (address, stop) => (await queues.PeekAsync(address, Check(query.Value), MostPeekedBytes, stop)).ToArray());

    public Task<WsmqJobInfo?> FindAsync(Session session, string? queue, string? position) =>
        OnAsync(session, queue, (address, stop) => queues.FindAsync(address, WsmqPosition.Parse(position), stop));

    public Task<WsmqJobStatus> StatusAsync(Session session, string? queue, string? position) =>
        OnAsync(session, queue, (address, stop) => queues.StatusAsync(address, WsmqPosition.Parse(position), stop));

    public Task<bool> CancelAsync(Session session, string? queue, string? position) =>
        OnAsync(session, queue, (address, stop) => queues.CancelAsync(address, WsmqPosition.Parse(position), stop));

    public Task<bool> CancelUniqueAsync(Session session, string? queue, string? uniqueId) => OnAsync(
        session, queue, (address, stop) => queues.CancelAsync(address, uniqueId is { Length: > 0 } ? uniqueId : throw Invalid("uniqueId is not a text"), stop));

    public Task<WsmqQueueStep> PurgeAsync(Session session, string? queue, string? state, string? next) =>
        OnAsync(session, queue, (address, stop) => queues.PurgeAsync(address, StateOf(state), next, stop));

    public Task<WsmqQueueStep> DeleteAsync(Session session, string? queue, string? next) =>
        OnAsync(session, queue, (address, stop) => queues.DeleteAsync(address, next, stop));

    public Task PauseAsync(Session session, string? queue, bool paused) => OnAsync(session, queue, async (address, stop) =>
    {
        await queues.PauseAsync(address, paused, stop);
        return paused;
    });

    public Task<WsmqQueueStep> RedriveAsync(Session session, string? queue, WsmqObjectArgument<WsmqDeadLetterFilter> filter, string? next) =>
        OnAsync(session, queue, (address, stop) => queues.RedriveAsync(address, filter.Value, next, stop));

    public Task<WsmqQueueStep> RemoveDeadLettersAsync(
        Session session, string? queue, WsmqObjectArgument<WsmqDeadLetterFilter> filter, string? next) =>
        OnAsync(session, queue, (address, stop) => queues.RemoveDeadLettersAsync(address, filter.Value, next, stop));

    // An omitted state must not purge more than was meant.
    private static WsmqJobState? StateOf(string? name)
    {
        if (name == Wire.Waiting)
            return null;
        foreach (var state in Enum.GetValues<WsmqJobState>())
        {
            if (state != WsmqJobState.Leased && string.Equals(state.ToString(), name, StringComparison.OrdinalIgnoreCase))
                return state;
        }

        throw Invalid("state is none of waiting, ready, delayed, retrying, blocked, dead");
    }

    private static WsmqJobQuery Check(WsmqJobQuery? query) =>
        query is null ? throw Invalid("query is null")
        : query.Skip < 0 ? throw Invalid("skip is negative")
        : query.Max is < 1 or > WsmqJobQuery.MostJobs ? throw Invalid($"max is not 1 to {WsmqJobQuery.MostJobs}")
        : query;

    private static WsmqException Invalid(string detail) => new(WsmqErrors.InvalidMessage, detail);

    private async Task<bool> MayManageAsync(Session session, WsmqAddress queue)
    {
        try
        {
            await access.CheckManageAsync(session.Caller, queue, session.Connection.Aborted);
            return true;
        }
        catch (WsmqException e) when (e.Error == WsmqErrors.ManageNotAllowed)
        {
            return false;
        }
    }

    // Only refusals are counted: who may manage a queue may empty it as fast as the store allows.
    private async Task<T> OnAsync<T>(Session session, string? queue, Func<WsmqAddress, CancellationToken, Task<T>> call)
    {
        WsmqAddress address;
        try
        {
            address = WsmqAddress.Parse(queue);
            await access.CheckManageAsync(session.Caller, address, session.Connection.Aborted);
        }
        catch (WsmqException)
        {
            await session.Limits.ThrottleReadAsync(session.Connection.Aborted);
            throw;
        }

        return await call(address, session.Connection.Aborted);
    }
}
