namespace Wsmq;

/// <summary>The workers of one run of the client, one for each queue.</summary>
internal sealed class QueueWorkers(QueueRegistry registry, WsmqClientOptions options, ClientEvents events) : ISessionUser
{
    private IReadOnlyDictionary<WsmqAddress, QueueWorker> _workers = new Dictionary<WsmqAddress, QueueWorker>();

    public void Start() => _workers = registry.All.ToDictionary(
        q => q.Queue,
        q =>
        {
            var worker = new QueueWorker(q.Queue, q.Handlers, q.Options, options, events);
            worker.Start();
            return worker;
        });

    public Task FirstAnswers => Task.WhenAll(_workers.Values.Select(w => w.FirstAnswer));

    public void Attach(HubSession session)
    {
        foreach (var worker in _workers.Values)
            worker.Attach(session);
    }

    public void Detach()
    {
        foreach (var worker in _workers.Values)
            worker.Detach();
    }

    /// <summary>Gives jobs to the workers of their queues.</summary>
    public void Give(IReadOnlyList<WsmqJobDelivery> jobs)
    {
        var found = jobs.Select(job => (Worker: WorkerOf(job, out var lease), Job: (job, lease)));
        foreach (var given in found.GroupBy(j => j.Worker, j => j.Job))
        {
            if (given.Key is { } worker)
            {
                worker.Give([.. given]);
                continue;
            }

            foreach (var _ in given)
            {
                var error = new FormatException("A job is malformed, or of a queue that this client does not work on.");
                events.RaiseError(WsmqClientOperation.Protocol, error);
            }
        }
    }

    /// <summary>A job was removed.</summary>
    public void Cancel(string queue, string position)
    {
        if (!WsmqPosition.TryParse(position, out var job) || !WsmqAddress.TryParse(queue, out var address, out _))
            events.RaiseError(WsmqClientOperation.Protocol, new FormatException($"A cancelled job has a malformed queue or position: {queue}, {position}."));
        else if (_workers.TryGetValue(address, out var worker))
            worker.Cancel(job);
    }

    /// <summary>Accepts no more jobs.</summary>
    public void StopTaking()
    {
        foreach (var worker in _workers.Values)
            worker.StopTaking();
    }

    /// <summary>Waits for the handlers, for at most their <see cref="WsmqWorkOptions.StopTimeout"/> and a little longer.</summary>
    /// <param name="cancellationToken">Cancels the handlers' tokens early.</param>
    public Task StopAsync(CancellationToken cancellationToken) => Task.WhenAll(_workers.Values.Select(w => w.StopAsync(cancellationToken)));

    private QueueWorker? WorkerOf(WsmqJobDelivery? job, out JobLease lease)
    {
        lease = default;
        if (job is not { Message.Position: { } position, Token: { } token } || !WsmqPosition.TryParse(position, out var at)
            || !WsmqAddress.TryParse(job.Message.Source, out var queue, out _))
            return null;
        lease = new JobLease(at, token);
        return _workers.GetValueOrDefault(queue);
    }
}
