using System.Collections.Concurrent;

namespace Wsmq;

/// <summary>All known sources, each with its own loop, so that none waits for another.</summary>
internal sealed class Sources(WsmqClientOptions options, Func<SourceState, Task> loop)
{
    // Keyed by the text of the address as in the deliveries, so that it is parsed only the first time.
    private readonly ConcurrentDictionary<string, Lazy<Running>> _running = new(StringComparer.Ordinal);

    private volatile bool _stopped;

    private sealed record Running(SourceState State, Task Loop);

    public IEnumerable<SourceState> All => _running.Select(r => r.Value.Value.State);

    public SourceState Of(WsmqAddress source) => _running.GetOrAdd(source.ToString(), _ => new Lazy<Running>(() => Start(source))).Value.State;

    /// <summary>The source with this address; null where the text is not an address.</summary>
    public SourceState? Find(string? source) =>
        source is not null && _running.TryGetValue(source, out var known) ? known.Value.State
        : WsmqAddress.TryParse(source, out var address, out _) ? Of(address)
        : null;

    /// <summary>Ends the queues, also of sources that are added later; the server delivers their items again.</summary>
    public void Stop()
    {
        _stopped = true;
        foreach (var state in All)
            state.Stop();
    }

    /// <summary>Completes when every loop has ended.</summary>
    public Task WhenEnded() => Task.WhenAll(_running.Values.Select(r => r.Value.Loop));

    private Running Start(WsmqAddress source)
    {
        var state = new SourceState(source, options.MaxBufferedDeliveries);
        if (_stopped)
            state.Stop();
        return new Running(state, loop(state));
    }
}
