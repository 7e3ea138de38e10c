using Wsmq.Server.Stores;

namespace Wsmq.Server.Queues;

/// <summary>
/// Tells consumers that jobs were removed which they hold. A call that takes jobs may return one after the signal of its removal: for as long
/// as such a call is under way, removed jobs are noted.
/// </summary>
/// <param name="tell">Tells the consumers.</param>
internal sealed class RemovedJobs(Action<WsmqPosition> tell)
{
    private readonly Lock _lock = new();
    private readonly List<Take> _takes = [];

    /// <summary>A job was removed while it was leased.</summary>
    public void Add(WsmqPosition job)
    {
        // Noted first: the call that gives out the job looks here after that, and tells its consumer if this call comes too early for it.
        lock (_lock)
            _takes.ForEach(t => (t.Removed ??= []).Add(job));
        tell(job);
    }

    /// <summary>Call it before jobs are taken, and dispose the result after they are given out.</summary>
    public Take Begin()
    {
        var take = new Take(this);
        lock (_lock)
            _takes.Add(take);
        return take;
    }

    /// <summary>A call that takes jobs.</summary>
    internal sealed class Take(RemovedJobs owner) : IDisposable
    {
        /// <summary>The jobs that were removed since it began; null if none was.</summary>
        public HashSet<WsmqPosition>? Removed { get; set; }

        /// <summary>The jobs that it has returned were given to consumers.</summary>
        public void Gave(IReadOnlyList<TakenJob> jobs)
        {
            WsmqPosition[] gone;
            lock (owner._lock)
                gone = Removed is { } removed ? [.. jobs.Select(j => j.Lease.Job).Where(removed.Contains)] : [];
            Array.ForEach(gone, owner.Tell);
        }

        public void Dispose()
        {
            lock (owner._lock)
                owner._takes.Remove(this);
        }
    }

    private void Tell(WsmqPosition job) => tell(job);
}
