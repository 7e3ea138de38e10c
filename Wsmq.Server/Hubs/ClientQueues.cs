using Microsoft.Extensions.Options;
using Wsmq.Server.Authorization;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Queues;
using Wsmq.Server.Sessions;

namespace Wsmq.Server.Hubs;

/// <summary>
/// Handles the calls of clients that manage work queues, over connections and HTTP. Each call does one bounded step. Those that change
/// something, or return messages, leave a line in the audit log under the name of the hub's method.
/// </summary>
internal sealed class ClientQueues(WsmqQueues queues, AccessCheck access, AuditLog audit, IOptions<WsmqOptions> options)
{
    // As a page of a log.
    private const long MostPeekedBytes = 256 * 1024;

    /// <summary>The queues that the caller may manage.</summary>
    public async Task<WsmqQueueInfo[]> ListAsync(UserCall call)
    {
        var infos = new List<WsmqQueueInfo>();
        foreach (var queue in queues.Declared)
        {
            if (await MayManageAsync(call, queue))
                infos.Add(await queues.InfoAsync(queue, call.Aborted));
        }

        // For everybody else the call costs the authorizer only, which may be slow.
        if (infos.Count == 0)
            await call.Limits.ThrottleReadAsync(call.Aborted);
        return [.. infos];
    }

    public Task<WsmqQueueInfo> InfoAsync(UserCall call, string? queue) => OnAsync(call, queue, queues.InfoAsync);

    public Task<WsmqJobInfo[]> PeekAsync(UserCall call, string? queue, WsmqObjectArgument<WsmqJobQuery> query) =>
        query.ValueIfValid is { WithMessages: true }
            ? AuditedAsync(call, queue, "PeekJobs", string.Empty, (address, stop) => PeekAsync(address, query.Value, stop))
            : OnAsync(call, queue, (address, stop) => PeekAsync(address, query.Value, stop));

    public Task<WsmqJobInfo?> FindAsync(UserCall call, string? queue, string? position) =>
        AuditedAsync(call, queue, "FindJob", position, (address, stop) => queues.FindAsync(address, WsmqPosition.Parse(position), stop));

    public Task<WsmqJobStatus> StatusAsync(UserCall call, string? queue, string? position) =>
        AuditedAsync(call, queue, "JobStatus", position,
            (address, stop) => queues.StatusAsync(address, WsmqPosition.Parse(position), stop));

    public Task<bool> CancelAsync(UserCall call, string? queue, string? position) =>
        AuditedAsync(call, queue, "CancelJob", position,
            (address, stop) => queues.CancelAsync(address, WsmqPosition.Parse(position), stop));

    public Task<bool> CancelUniqueAsync(UserCall call, string? queue, string? uniqueId) => AuditedAsync(
        call, queue, "CancelUnique", uniqueId,
        (address, stop) => queues.CancelAsync(
            address, uniqueId is { Length: > 0 } ? uniqueId : throw Invalid("uniqueId is not a text"), stop));

    public Task<WsmqQueueStep> PurgeAsync(UserCall call, string? queue, string? state, string? next) =>
        AuditedAsync(call, queue, "PurgeQueue", state, (address, stop) => queues.PurgeAsync(address, StateOf(state), next, stop));

    public Task<WsmqQueueStep> DeleteAsync(UserCall call, string? queue, string? next) =>
        AuditedAsync(call, queue, "DeleteQueue", string.Empty, (address, stop) => queues.DeleteAsync(address, next, stop));

    public Task PauseAsync(UserCall call, string? queue, bool paused) => AuditedAsync(
        call, queue, paused ? "PauseQueue" : "ResumeQueue", string.Empty, async (address, stop) =>
    {
        await queues.PauseAsync(address, paused, stop);
        return paused;
    });

    public Task<WsmqQueueStep> RedriveAsync(UserCall call, string? queue, WsmqObjectArgument<WsmqDeadLetterFilter> filter, string? next) =>
        AuditedAsync(call, queue, "RedriveDeadLetters", string.Empty,
            (address, stop) => queues.RedriveAsync(address, filter.Value, next, stop));

    public Task<WsmqQueueStep> RemoveDeadLettersAsync(
        UserCall call, string? queue, WsmqObjectArgument<WsmqDeadLetterFilter> filter, string? next) =>
        AuditedAsync(call, queue, "RemoveDeadLetters", string.Empty,
            (address, stop) => queues.RemoveDeadLettersAsync(address, filter.Value, next, stop));

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

    private async Task<bool> MayManageAsync(UserCall call, WsmqAddress queue)
    {
        try
        {
            await access.CheckManageAsync(call.Caller, queue, call.Aborted);
            return true;
        }
        catch (WsmqException e) when (e.Error == WsmqErrors.ManageNotAllowed)
        {
            return false;
        }
    }

    // Authorizers mostly go by a list of queues, and refuse a misspelt name like a forbidden one. Who sees the whole deployment is told the
    // difference; everybody else must not learn which queues there are.
    private async Task CheckAsync(UserCall call, WsmqAddress queue)
    {
        try
        {
            await access.CheckManageAsync(call.Caller, queue, call.Aborted);
        }
        catch (WsmqException e) when (e.Error == WsmqErrors.ManageNotAllowed && !queues.IsDeclared(queue))
        {
            if (await access.MayAdministerAsync(call.Caller, WsmqAction.View, null, call.Aborted))
                throw queues.Unknown();
            throw;
        }
    }

    private Task<T> AuditedAsync<T>(
        UserCall call, string? queue, string action, string? what, Func<WsmqAddress, CancellationToken, Task<T>> run) =>
        audit.RunAsync(
            new AuditedUser(call.Caller.UserId, KeyIdentity.IdOf(call.Caller, options.Value.Access)), action, queue ?? "-",
            what is { Length: > 0 } ? what : "-", () => OnAsync(call, queue, run));

    private async Task<WsmqJobInfo[]> PeekAsync(WsmqAddress queue, WsmqJobQuery? query, CancellationToken cancellationToken) =>
        [.. await queues.PeekAsync(queue, Check(query), MostPeekedBytes, cancellationToken)];

    // Only refusals are counted: who may manage a queue may empty it as fast as the store allows.
    private async Task<T> OnAsync<T>(UserCall call, string? queue, Func<WsmqAddress, CancellationToken, Task<T>> run)
    {
        WsmqAddress address;
        try
        {
            address = WsmqAddress.Parse(queue);
            await CheckAsync(call, address);
        }
        catch (WsmqException)
        {
            await call.Limits.ThrottleReadAsync(call.Aborted);
            throw;
        }

        return await run(address, call.Aborted);
    }
}
