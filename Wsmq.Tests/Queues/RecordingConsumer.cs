using System.Collections.Concurrent;
using System.Text;
using Wsmq.Server.Queues;
using Wsmq.Server.Stores;

namespace Wsmq.Tests.Queues;

/// <summary>A consumer that keeps the jobs it is given until a test settles them.</summary>
internal sealed class RecordingConsumer(QueueDispatcher dispatcher, int credit, string name = "consumer") : IJobConsumer
{
    private readonly ConcurrentDictionary<WsmqPosition, TakenJob> _held = new();
    private int _pauses;

    public string Name => name;

    public int Credit => Closed ? 0 : credit - _held.Count;

    public bool HoldsSuspect => _held.Values.Any(j => j.IsSuspect);

    /// <summary>Accepts no more jobs, although it said that it would.</summary>
    public bool Refuses { get; set; }

    public bool Closed { get; set; }

    public int Pauses => Volatile.Read(ref _pauses);

    /// <summary>The jobs that it was told were removed.</summary>
    public ConcurrentQueue<WsmqPosition> Cancelled { get; } = new();

    public ConcurrentQueue<TakenJob> Given { get; } = new();

    public IEnumerable<string> Bodies => Given.Select(j => Encoding.UTF8.GetString(j.Body.Span));

    public int Give(IReadOnlyList<TakenJob> jobs)
    {
        if (Refuses)
            return 0;
        foreach (var job in jobs)
        {
            _held[job.Lease.Job] = job;
            Given.Enqueue(job);
        }

        return jobs.Count;
    }

    public void AskToHandBack() => Interlocked.Increment(ref _pauses);

    public void Cancel(WsmqPosition job)
    {
        if (_held.ContainsKey(job))
            Cancelled.Enqueue(job);
    }

    public async Task<SettleResult> SettleAsync(TakenJob job, SettlementKind kind = SettlementKind.Complete)
    {
        var result = await dispatcher.SettleAsync(new Settlement(job.Lease, kind));
        _held.TryRemove(job.Lease.Job, out _);
        dispatcher.Wake();
        return result;
    }

    /// <summary>Forgets a job without settling it, as a worker that was killed.</summary>
    public void Forget(TakenJob job) => _held.TryRemove(job.Lease.Job, out _);
}
