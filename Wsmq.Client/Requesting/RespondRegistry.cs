namespace Wsmq;

/// <summary>The handlers of requests, by address; the own user's is null, because a client does not know its name.</summary>
internal sealed class RespondRegistry
{
    private readonly Lock _gate = new();
    private readonly List<Entry> _entries = [];

    public IReadOnlyList<Entry> All
    {
        get
        {
            lock (_gate)
                return [.. _entries];
        }
    }

    /// <exception cref="InvalidOperationException">The type already has a handler.</exception>
    /// <exception cref="ArgumentException">An option is invalid.</exception>
    public void Add(WsmqAddress? address, RequestHandler handler, Action<WsmqRespondOptions>? configure)
    {
        lock (_gate)
        {
            var at = _entries.FindIndex(e => e.Address == address);
            var before = at < 0 ? new Entry(address, new Dictionary<string, RequestHandler>(StringComparer.Ordinal), new WsmqRespondOptions()) : _entries[at];
            var options = before.Options.Copy();
            configure?.Invoke(options);
            OptionChecks.Check(options);
            var handlers = new Dictionary<string, RequestHandler>(before.Handlers, StringComparer.Ordinal);
            if (!handlers.TryAdd(handler.Type, handler))
                throw new InvalidOperationException($"Requests of the type '{handler.Type}' already have a handler there.");
            var entry = new Entry(address, handlers, options);
            if (at < 0)
                _entries.Add(entry);
            else
                _entries[at] = entry;
        }
    }

    /// <summary>What is answered at an address.</summary>
    internal sealed record Entry(WsmqAddress? Address, IReadOnlyDictionary<string, RequestHandler> Handlers, WsmqRespondOptions Options);
}
