namespace Wsmq;

/// <summary>The queues that the app works on, with their handlers and options.</summary>
internal sealed class QueueRegistry
{
    private readonly Lock _gate = new();
    private readonly Dictionary<WsmqAddress, (List<JobHandler> Handlers, WsmqWorkOptions Options)> _queues = [];

    public (WsmqAddress Queue, JobHandler[] Handlers, WsmqWorkOptions Options)[] All
    {
        get
        {
            lock (_gate)
                return [.. _queues.Select(q => (q.Key, q.Value.Handlers.ToArray(), q.Value.Options))];
        }
    }

    /// <exception cref="InvalidOperationException">The type already has a handler.</exception>
    /// <exception cref="ArgumentException">An option is invalid.</exception>
    public void Add(WsmqAddress queue, JobHandler handler, Action<WsmqWorkOptions>? configure)
    {
        lock (_gate)
        {
            var (handlers, before) = _queues.TryGetValue(queue, out var known) ? known : ([], new WsmqWorkOptions());
            var options = before.Copy();
            if (handlers.Exists(h => h.Type == handler.Type))
                throw new InvalidOperationException($"Jobs of {queue} {(handler.Type is { } type ? $"and the type '{type}'" : "of any type")} already have a handler.");
            configure?.Invoke(options);
            OptionChecks.Check(options);
            handlers.Add(handler);
            _queues[queue] = (handlers, options);
        }
    }
}
