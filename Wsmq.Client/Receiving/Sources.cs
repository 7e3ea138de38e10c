using System.Collections.Concurrent;

namespace Wsmq;

/// <summary>All sources that the client has heard of, each with a loop of its own, so that none waits for another.</summary>
internal sealed class Sources(WsmqClientOptions options, Func<SourceState, Task> loop)
{
    private readonly ConcurrentDictionary<Address, Lazy<Running>> _running = new();

    private sealed record Running(SourceState State, Task Loop);

    public IEnumerable<SourceState> All => _running.Values.Select(r => r.Value.State);

    public SourceState Of(Address source) => _running.GetOrAdd(source, key => new Lazy<Running>(() => Start(key))).Value.State;

    /// <summary>Ends the queues; what they hold comes again from the server.</summary>
    public void Stop()
    {
        foreach (var state in All)
            state.Stop();
    }

    /// <summary>Completes when every loop has ended.</summary>
    public Task WhenEnded() => Task.WhenAll(_running.Values.Select(r => r.Value.Loop));

    private Running Start(Address source)
    {
        var state = new SourceState(source, options.BufferCapacity);
        return new Running(state, loop(state));
    }
}
