using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Wsmq.Server.Declarations;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Lifecycle;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Queues;

internal sealed class WsmqQueues(IStore store, StartGate start, IOptions<WsmqOptions> options, QueueDeclarations declarations, ILogger<WsmqQueues> logger)
    : IWsmqQueues
{
    public async Task<IReadOnlyList<WsmqQueueInfo>> ListAsync(CancellationToken cancellationToken = default) =>
        await Task.WhenAll(Declared.Select(queue => InfoAsync(queue, cancellationToken)));

    public Task<WsmqQueueInfo> InfoAsync(string queue, CancellationToken cancellationToken = default) =>
        InfoAsync(WsmqAddress.Work(queue), cancellationToken);

    public async Task<IReadOnlyList<WsmqJobInfo>> PeekAsync(
        string queue, WsmqJobState state, int skip = 0, int max = 100, bool withMessages = false, CancellationToken cancellationToken = default)
    {
        QueueCalls.CheckPeek(state, skip, max);
        var query = new WsmqJobQuery { State = state, Skip = skip, Max = max, WithMessages = withMessages };
        return await PeekAsync(WsmqAddress.Work(queue), query, long.MaxValue, cancellationToken);
    }

    public Task<WsmqJobInfo?> FindAsync(string queue, WsmqPosition job, CancellationToken cancellationToken = default) =>
        FindAsync(WsmqAddress.Work(queue), job, cancellationToken);

    public Task<WsmqJobStatus> StatusAsync(string queue, WsmqPosition job, CancellationToken cancellationToken = default) =>
        StatusAsync(WsmqAddress.Work(queue), job, cancellationToken);

    public Task<bool> CancelAsync(string queue, WsmqPosition job, CancellationToken cancellationToken = default) =>
        CancelAsync(WsmqAddress.Work(queue), job, cancellationToken);

    public Task<bool> CancelAsync(string queue, string uniqueId, CancellationToken cancellationToken = default) =>
        CancelAsync(WsmqAddress.Work(queue), uniqueId, cancellationToken);

    public Task<long> PurgeAsync(string queue, WsmqJobState? state = null, CancellationToken cancellationToken = default)
    {
        QueueCalls.CheckPurge(state);
        var address = WsmqAddress.Work(queue);
        return QueueCalls.AllAsync(next => PurgeAsync(address, state, next, cancellationToken));
    }

    public Task<long> DeleteAsync(string queue, CancellationToken cancellationToken = default)
    {
        var address = WsmqAddress.Work(queue);
        return QueueCalls.AllAsync(next => DeleteAsync(address, next, cancellationToken));
    }

    public Task PauseAsync(string queue, CancellationToken cancellationToken = default) =>
        PauseAsync(WsmqAddress.Work(queue), paused: true, cancellationToken);

    public Task ResumeAsync(string queue, CancellationToken cancellationToken = default) =>
        PauseAsync(WsmqAddress.Work(queue), paused: false, cancellationToken);

    public Task<long> RedriveAsync(string queue, WsmqDeadLetterFilter? filter = null, CancellationToken cancellationToken = default)
    {
        var address = WsmqAddress.Work(queue);
        return QueueCalls.AllAsync(next => RedriveAsync(address, filter, next, cancellationToken));
    }

    public Task<long> RemoveDeadLettersAsync(string queue, WsmqDeadLetterFilter? filter = null, CancellationToken cancellationToken = default)
    {
        var address = WsmqAddress.Work(queue);
        return QueueCalls.AllAsync(next => RemoveDeadLettersAsync(address, filter, next, cancellationToken));
    }

    /// <summary>The declared queues, by name.</summary>
    public IEnumerable<WsmqAddress> Declared => options.Value.Queues.Keys.Order(StringComparer.Ordinal).Select(WsmqAddress.Work);

    /// <summary>Whether the address is that of a declared queue.</summary>
    public bool IsDeclared(WsmqAddress queue) => queue.Kind == WsmqAddressKind.Work && options.Value.Queues.ContainsKey(queue.Name);

    /// <summary>The refusal of a queue that is not declared.</summary>
    public WsmqException Unknown() => new(WsmqErrors.UnknownQueue, $"{options.Value.Queues.Count} are declared");

    public async Task<WsmqQueueInfo> InfoAsync(WsmqAddress queue, CancellationToken cancellationToken)
    {
        await OpenAsync(queue, cancellationToken);
        return JobViews.Of(queue, await store.Jobs.InfoAsync(queue, cancellationToken));
    }

    /// <summary>Ends early once the messages have so many bytes.</summary>
    public async Task<IReadOnlyList<WsmqJobInfo>> PeekAsync(
        WsmqAddress queue, WsmqJobQuery query, long mostBytes, CancellationToken cancellationToken)
    {
        await OpenAsync(queue, cancellationToken);
        var pages = new JobPages(store.Jobs, queue, query);
        return [.. (await pages.ReadAsync(mostBytes, cancellationToken)).Select(job => JobViews.Of(queue, job))];
    }

    public async Task<WsmqJobInfo?> FindAsync(WsmqAddress queue, WsmqPosition job, CancellationToken cancellationToken)
    {
        await OpenAsync(queue, cancellationToken);
        return await store.Jobs.ReadAsync(queue, job, cancellationToken) is { } stored ? JobViews.Of(queue, stored) : null;
    }

    public async Task<WsmqJobStatus> StatusAsync(WsmqAddress queue, WsmqPosition job, CancellationToken cancellationToken)
    {
        await OpenAsync(queue, cancellationToken);
        return JobViews.Of(queue, await store.Jobs.StatusAsync(queue, job, cancellationToken));
    }

    public async Task<bool> CancelAsync(WsmqAddress queue, WsmqPosition job, CancellationToken cancellationToken)
    {
        await OpenAsync(queue, cancellationToken);
        var removed = (await store.Jobs.RemoveAsync(queue, [job], evenLeased: true, RulesOf(queue), cancellationToken))[0];
        return Report(queue, new WsmqQueueStep(removed ? 1 : 0, null), "cancelled").Count > 0;
    }

    public async Task<bool> CancelAsync(WsmqAddress queue, string uniqueId, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(uniqueId);
        await OpenAsync(queue, cancellationToken);
        return await store.Jobs.FindUniqueAsync(queue, uniqueId, cancellationToken) is { } job
            && await CancelAsync(queue, job, cancellationToken);
    }

    public async Task PauseAsync(WsmqAddress queue, bool paused, CancellationToken cancellationToken)
    {
        await OpenAsync(queue, cancellationToken);
        await store.Jobs.PauseAsync(queue, paused, cancellationToken);
        Log.QueuePaused(logger, queue.ToString(), paused ? "paused" : "resumed");
    }

    /// <summary>One step of <see cref="PurgeAsync(string, WsmqJobState?, CancellationToken)"/>.</summary>
    public async Task<WsmqQueueStep> PurgeAsync(WsmqAddress queue, WsmqJobState? state, string? next, CancellationToken cancellationToken)
    {
        await OpenAsync(queue, cancellationToken);
        return Report(queue, await QueueSweeps.Purge(store, queue, RulesOf(queue), state).StepAsync(next, cancellationToken), "purged");
    }

    /// <summary>One step of <see cref="DeleteAsync(string, CancellationToken)"/>.</summary>
    public async Task<WsmqQueueStep> DeleteAsync(WsmqAddress queue, string? next, CancellationToken cancellationToken)
    {
        await OpenAsync(queue, cancellationToken);
        return Report(queue, await QueueSweeps.Delete(store, queue, RulesOf(queue)).StepAsync(next, cancellationToken), "deleted");
    }

    /// <summary>One step of <see cref="RedriveAsync(string, WsmqDeadLetterFilter?, CancellationToken)"/>.</summary>
    public async Task<WsmqQueueStep> RedriveAsync(
        WsmqAddress queue, WsmqDeadLetterFilter? filter, string? next, CancellationToken cancellationToken)
    {
        await OpenAsync(queue, cancellationToken);
        return Report(queue, await QueueSweeps.Redrive(store, queue, filter).StepAsync(next, cancellationToken), "redriven");
    }

    /// <summary>One step of <see cref="RemoveDeadLettersAsync(string, WsmqDeadLetterFilter?, CancellationToken)"/>.</summary>
    public async Task<WsmqQueueStep> RemoveDeadLettersAsync(
        WsmqAddress queue, WsmqDeadLetterFilter? filter, string? next, CancellationToken cancellationToken)
    {
        await OpenAsync(queue, cancellationToken);
        return Report(queue, await QueueSweeps.RemoveDead(store, queue, RulesOf(queue), filter).StepAsync(next, cancellationToken), "removed as dead letters");
    }

    private WsmqQueueStep Report(WsmqAddress queue, WsmqQueueStep step, string change)
    {
        if (step.Count > 0)
            Log.JobsChanged(logger, step.Count, queue.ToString(), change);
        return step;
    }

    private QueueRules RulesOf(WsmqAddress queue) => declarations.RulesOf(queue.Name);

    private ValueTask OpenAsync(WsmqAddress queue, CancellationToken cancellationToken) =>
        IsDeclared(queue) ? start.WaitAsync(cancellationToken) : throw Unknown();
}
