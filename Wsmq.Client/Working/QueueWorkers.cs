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

    public void Give(WsmqJobDelivery job)
    {
        if (job is { Message.Position: { } position, Token: { } token } && WsmqPosition.TryParse(position, out var at)
            && WsmqAddress.TryParse(job.Message.Source, out var queue, out _) && _workers.TryGetValue(queue, out var worker))
            worker.Give(job, new JobLease(at, token));
        else
            events.RaiseError(WsmqClientOperation.Protocol, new FormatException("A job is malformed, or of a queue that this client does not work on."));
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
}
