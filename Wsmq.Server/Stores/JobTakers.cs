using System.Collections.Concurrent;

namespace Wsmq.Server.Stores;

/// <summary>Who takes the jobs of each queue on this node.</summary>
internal sealed class JobTakers
{
    private readonly ConcurrentDictionary<WsmqAddress, IJobTaker> _takers = new();

    /// <summary>Lets calls that store jobs of a queue ask a taker. One taker a queue: a second one is not asked.</summary>
    public void Add(WsmqAddress queue, IJobTaker taker) => _takers.TryAdd(queue, taker);

    public void Remove(WsmqAddress queue, IJobTaker taker) => _takers.TryRemove(KeyValuePair.Create(queue, taker));

    /// <summary>Begins a take; null if nothing is to be taken.</summary>
    public JobTake? Begin(WsmqAddress queue, int jobs) => _takers.TryGetValue(queue, out var taker) ? taker.Begin(jobs) : null;
}
