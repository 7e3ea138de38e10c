using System.Collections.Concurrent;

namespace Wsmq.Tests.Unacknowledged;

/// <summary>What the hooks of a node were called with, and what they do.</summary>
internal sealed class HookCalls
{
    private readonly ConcurrentQueue<WsmqUnacknowledged> _calls = [];
    private int _running;

    public IReadOnlyList<WsmqUnacknowledged> All => [.. _calls];

    /// <summary>What a hook does after its call is recorded.</summary>
    public Func<WsmqUnacknowledged, CancellationToken, Task> Then { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>The most calls that ran at the same time.</summary>
    public int MostAtOnce { get; private set; }

    /// <summary>The ids of the messages of each call.</summary>
    public IEnumerable<string> Ids => All.Select(c => $"{c.User}: {string.Join(' ', c.Messages.Select(m => m.Id))}");

    public async Task HandleAsync(WsmqUnacknowledged unacknowledged, CancellationToken cancellationToken)
    {
        var running = Interlocked.Increment(ref _running);
        lock (_calls)
            MostAtOnce = Math.Max(MostAtOnce, running);
        _calls.Enqueue(unacknowledged);
        try
        {
            await Then(unacknowledged, cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }
}

/// <summary>A hook with a service of its scope.</summary>
internal sealed class RecordingHook(HookCalls calls, HookScope scope) : IWsmqUnacknowledgedHook
{
    public Task HandleAsync(WsmqUnacknowledged unacknowledged, CancellationToken cancellationToken)
    {
        scope.Uses.Should().Be(0, "each call has a scope of its own");
        scope.Uses++;
        return calls.HandleAsync(unacknowledged, cancellationToken);
    }
}

internal sealed class HookScope
{
    public int Uses { get; set; }
}
