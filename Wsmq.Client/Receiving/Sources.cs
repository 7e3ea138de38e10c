using System.Collections.Concurrent;

namespace Wsmq;

/// <summary>All sources that the client has heard of, each with a loop of its own, so that none waits for another.</summary>
internal sealed class Sources(WsmqClientOptions options, Func<SourceState, Task> loop)
{
    // By the text of the address, which is what every delivery carries: it is checked only the first time.
    private readonly ConcurrentDictionary<string, Lazy<Running>> _running = new(StringComparer.Ordinal);

    private sealed record Running(SourceState State, Task Loop);

    public IEnumerable<SourceState> All => _running.Select(r => r.Value.Value.State);

    public SourceState Of(WsmqAddress source) => _running.GetOrAdd(source.ToString(), _ => new Lazy<Running>(() => Start(source))).Value.State;

    /// <summary>The source with this text, or null where it is no address.</summary>
    public SourceState? Find(string? source) =>
        source is not null && _running.TryGetValue(source, out var known) ? known.Value.State
        : WsmqAddress.TryParse(source, out var address, out _) ? Of(address)
        : null;

    /// <summary>Ends the queues; what they hold comes again from the server.</summary>
    public void Stop()
    {
        foreach (var state in All)
            state.Stop();
    }

    /// <summary>Completes when every loop has ended.</summary>
    public Task WhenEnded() => Task.WhenAll(_running.Values.Select(r => r.Value.Loop));

    private Running Start(WsmqAddress source)
    {
        var state = new SourceState(source, options.BufferCapacity);
        return new Running(state, loop(state));
    }
}
