namespace Wsmq;

/// <summary>
/// Work queues over the hub. Which calls are repeated is decided here: see the remarks of <see cref="WsmqClient.Queues"/>.
/// </summary>
/// <param name="calls">Returns the calls of the current run of the client; throws <see cref="WsmqException"/> if it was stopped.</param>
internal sealed class HubQueues(Func<HubCalls> calls) : IWsmqQueues
{
    public async Task<IReadOnlyList<WsmqQueueInfo>> ListAsync(CancellationToken cancellationToken = default) =>
        await RepeatedAsync<WsmqQueueInfo[]>(nameof(IWsmqHub.ListQueues), [], cancellationToken).ConfigureAwait(false);

    public Task<WsmqQueueInfo> InfoAsync(string queue, CancellationToken cancellationToken = default) =>
        RepeatedAsync<WsmqQueueInfo>(nameof(IWsmqHub.QueueInfo), [AddressOf(queue)], cancellationToken);

    public async Task<IReadOnlyList<WsmqJobInfo>> PeekAsync(
        string queue, WsmqJobState state, int skip = 0, int max = 100, bool withMessages = false, CancellationToken cancellationToken = default)
    {
        QueueCalls.CheckPeek(state, skip, max);
        var address = AddressOf(queue);
        var jobs = new List<WsmqJobInfo>();
        while (jobs.Count < max)
        {
            var query = new WsmqJobQuery
            {
                State = state, Skip = skip + jobs.Count, Max = Math.Min(max - jobs.Count, WsmqJobQuery.MostJobs), WithMessages = withMessages,
            };
            var page = await RepeatedAsync<WsmqJobInfo[]>(nameof(IWsmqHub.PeekJobs), [address, query], cancellationToken).ConfigureAwait(false);
            jobs.AddRange(page);

            // A page of large messages is short, although more jobs follow.
            if (page.Length == 0 || (page.Length < query.Max && !withMessages))
                break;
        }

        return jobs;
    }

    public Task<WsmqJobInfo?> FindAsync(string queue, WsmqPosition job, CancellationToken cancellationToken = default) =>
        RepeatedAsync<WsmqJobInfo?>(nameof(IWsmqHub.FindJob), [AddressOf(queue), job.ToString()], cancellationToken);

    public Task<WsmqJobStatus> StatusAsync(string queue, WsmqPosition job, CancellationToken cancellationToken = default) =>
        RepeatedAsync<WsmqJobStatus>(nameof(IWsmqHub.JobStatus), [AddressOf(queue), job.ToString()], cancellationToken);

    // A position is never given to another job.
    public Task<bool> CancelAsync(string queue, WsmqPosition job, CancellationToken cancellationToken = default) =>
        RepeatedAsync<bool>(nameof(IWsmqHub.CancelJob), [AddressOf(queue), job.ToString()], cancellationToken);

    public Task<bool> CancelAsync(string queue, string uniqueId, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(uniqueId);
        return calls().CallAsync<bool>(new HubCall(nameof(IWsmqHub.CancelUnique), [AddressOf(queue), uniqueId], CanRepeat: false), cancellationToken);
    }

    public Task<long> PurgeAsync(string queue, WsmqJobState? state = null, CancellationToken cancellationToken = default)
    {
        QueueCalls.CheckPurge(state);
        return AllAsync(nameof(IWsmqHub.PurgeQueue), [AddressOf(queue), state?.ToString().ToLowerInvariant() ?? Wire.Waiting], cancellationToken);
    }

    public Task<long> DeleteAsync(string queue, CancellationToken cancellationToken = default) =>
        AllAsync(nameof(IWsmqHub.DeleteQueue), [AddressOf(queue)], cancellationToken);

    public Task PauseAsync(string queue, CancellationToken cancellationToken = default) =>
        RepeatedAsync<object?>(nameof(IWsmqHub.PauseQueue), [AddressOf(queue)], cancellationToken);

    public Task ResumeAsync(string queue, CancellationToken cancellationToken = default) =>
        RepeatedAsync<object?>(nameof(IWsmqHub.ResumeQueue), [AddressOf(queue)], cancellationToken);

    public Task<long> RedriveAsync(string queue, WsmqDeadLetterFilter? filter = null, CancellationToken cancellationToken = default) =>
        AllAsync(nameof(IWsmqHub.RedriveDeadLetters), [AddressOf(queue), filter], cancellationToken);

    public Task<long> RemoveDeadLettersAsync(string queue, WsmqDeadLetterFilter? filter = null, CancellationToken cancellationToken = default) =>
        AllAsync(nameof(IWsmqHub.RemoveDeadLetters), [AddressOf(queue), filter], cancellationToken);

    private static string AddressOf(string queue) => WsmqAddress.Work(queue).ToString();

    private Task<T> RepeatedAsync<T>(string method, object?[] arguments, CancellationToken cancellationToken) =>
        calls().CallAsync<T>(new HubCall(method, arguments, CanRepeat: true), cancellationToken);

    // What was stored before the first step belongs to the change; a later step states the same bound again.
    private Task<long> AllAsync(string method, object?[] arguments, CancellationToken cancellationToken) => QueueCalls.AllAsync(
        next => calls().CallAsync<WsmqQueueStep>(new HubCall(method, [.. arguments, next], CanRepeat: next is not null), cancellationToken));
}
