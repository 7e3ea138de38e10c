using Wsmq.Faults.Jobs;
using Wsmq.Testing;

namespace Wsmq.Faults.Nodes;

/// <summary>A node, across the processes that it has in the course of a run.</summary>
internal sealed class Node(string name, string[] prefix, NodeSettings settings, string folder) : IAsyncDisposable
{
    private NodeProcess? _process;
    private int _starts;

    public string Name { get; } = name;

    /// <summary>Null if no process listens.</summary>
    public Uri? Address => _process?.Address;

    public int ProcessId => _process?.ProcessId ?? throw new RunFailedException($"{Name} is not running.");

    public async Task StartAsync()
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                _process = await NodeProcess.StartAsync(new NodeStart(typeof(Node).Assembly, [NodeCommand.Name, .. settings.ToArguments()])
                {
                    Prefix = prefix, Log = Path.Combine(folder, $"{Name}-{++_starts}.log"),
                });
                return;
            }
            catch (RunFailedException) when (attempt < 10)
            {
                // The store may be unavailable at the moment: try again, as a process supervisor does.
                await Task.Delay(TimeSpan.FromSeconds(1));
            }
        }
    }

    public async Task KillAsync()
    {
        var process = Interlocked.Exchange(ref _process, null)!;
        await process.KillAsync();
        await process.DisposeAsync();
    }

    public async Task<TimeSpan> TerminateAsync()
    {
        var process = Interlocked.Exchange(ref _process, null)!;
        var took = await process.TerminateAsync();
        await process.DisposeAsync();
        return took;
    }

    public Task<NodeState> StateAsync() => NodeState.OfAsync(Address!);

    /// <summary>What the queue of the load holds; null if the store does not answer.</summary>
    public Task<QueueState?> TryReadJobsAsync() => QueueState.TryOfAsync(Address!);

    /// <summary>The state of an address; null if the store does not answer.</summary>
    public Task<KeptState?> TryReadStateAsync(string address) => KeptState.TryOfAsync(Address!, address);

    /// <summary>The presence of an address; null if the node does not answer.</summary>
    public Task<string?> TryReadPresenceAsync(string address) => SeenPresence.TryOfAsync(Address!, address);

    /// <summary>The time of the store's clock; null if the node does not answer.</summary>
    public Task<DateTimeOffset?> TryReadClockAsync() => StoreClock.TryOfAsync(Address!);

    public async Task JoinAsync(string group, string user)
    {
        using var http = new HttpClient();
        using var answer = await http.PostAsync(new Uri(Address!, $"/groups/{group}/{user}"), content: null);
        answer.EnsureSuccessStatusCode();
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
    }
}
