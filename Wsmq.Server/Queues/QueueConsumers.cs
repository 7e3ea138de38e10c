using Wsmq.Server.Stores;

namespace Wsmq.Server.Queues;

/// <summary>The consumers of one queue on this node.</summary>
internal sealed class QueueConsumers
{
    private readonly Lock _lock = new();
    private readonly List<IJobConsumer> _consumers = [];
    private volatile bool _givesNoMore;
    private uint _turns;

    public IJobConsumer[] All
    {
        get
        {
            lock (_lock)
                return [.. _consumers];
        }
    }

    /// <summary>Whether one of them takes jobs, even if all are busy.</summary>
    public bool Any => !_givesNoMore && Array.Exists(All, c => c.TakesJobs);

    public void Add(IJobConsumer consumer)
    {
        lock (_lock)
            _consumers.Add(consumer);
    }

    public void Remove(IJobConsumer consumer)
    {
        lock (_lock)
            _consumers.Remove(consumer);
    }

    /// <summary>No consumer gets any more jobs, and each is asked to hand back what has not begun.</summary>
    public void StopGiving()
    {
        _givesNoMore = true;
        AskToHandBack();
    }

    public void AskToHandBack() => Array.ForEach(All, c => c.AskToHandBack());

    public void Cancel(WsmqPosition job) => Array.ForEach(All, c => c.Cancel(job));

    /// <summary>
    /// Those that have credit, beginning with another one each time: the first one would otherwise get every job of a queue with few.
    /// </summary>
    public QueueTurn Ready(int most = int.MaxValue)
    {
        var all = _givesNoMore ? [] : All;
        var first = all.Length == 0 ? 0 : (int)(_turns++ % (uint)all.Length);

        // Credit is read once: it can fall at any time. What is taken beyond it is not accepted, and handed back.
        return new QueueTurn([.. all[first..].Concat(all[..first]).Select(c => (c, c.Credit)).Where(c => c.Credit > 0).Take(most)]);
    }

    /// <summary>Gives them what was taken for them. Returns the jobs that they do not accept.</summary>
    public List<TakenJob> Give(IReadOnlyList<TakenJob> taken, QueueTurn turn)
    {
        var refused = new List<TakenJob>();
        foreach (var group in taken.GroupBy(j => j.Consumer))
        {
            TakenJob[] jobs = [.. group];
            var accepted = _givesNoMore ? 0 : turn[group.Key].Give(jobs);
            refused.AddRange(jobs[accepted..]);
        }

        return refused;
    }
}
