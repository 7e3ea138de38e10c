using Microsoft.Extensions.Logging;
using Wsmq.Server.Connections;
using Wsmq.Server.Queues;

namespace Wsmq.Server.Workers;

/// <summary>The queues that one connection works on, and those that its user may work on.</summary>
/// <param name="name">Its name as a consumer.</param>
/// <param name="connection">The connection.</param>
/// <param name="most">The most jobs that it may accept at a time, of all queues.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed class ConnectionWork(string name, NodeConnection connection, int most, TimeProvider time, ILogger logger)
{
    private readonly Lock _lock = new();
    private readonly HashSet<WsmqAddress> _allowed = [];
    private readonly Dictionary<WsmqAddress, ConnectionWorker> _workers = [];
    private bool _isClosed;

    public bool IsAllowed(WsmqAddress queue)
    {
        lock (_lock)
            return _allowed.Contains(queue);
    }

    public void Allow(WsmqAddress queue)
    {
        lock (_lock)
            _allowed.Add(queue);
    }

    /// <summary>Changes how many jobs of a queue the connection accepts at a time; returns how many it may accept.</summary>
    public int Ask(WsmqAddress queue, QueueDispatcher dispatcher, int credit)
    {
        lock (_lock)
        {
            var others = _workers.Sum(w => w.Key == queue ? 0 : w.Value.Claimed);
            var granted = Math.Max(0, Math.Min(credit, most - others));
            if (_isClosed)
                return 0;
            if (granted == 0 && !_workers.ContainsKey(queue))
                return 0;
            Join(queue, dispatcher).Window = granted;
            dispatcher.Wake();
            return granted;
        }
    }

    /// <summary>
    /// The lease of a job was extended over the connection, which may have asked for none: from now on its worker is told if the job is
    /// cancelled.
    /// </summary>
    /// <param name="queue">The queue.</param>
    /// <param name="dispatcher">Its dispatcher, which has started.</param>
    /// <param name="lease">The lease.</param>
    /// <param name="askedAt">The timestamp at which the extension was asked for.</param>
    public void Extended(WsmqAddress queue, QueueDispatcher dispatcher, JobLease lease, long askedAt)
    {
        lock (_lock)
        {
            if (!_isClosed)
                Join(queue, dispatcher).Extended(lease, askedAt);
        }
    }

    /// <summary>The worker of a queue; null if the connection has not asked for its jobs.</summary>
    public ConnectionWorker? Of(WsmqAddress queue)
    {
        lock (_lock)
            return _workers.GetValueOrDefault(queue);
    }

    /// <summary>The queues whose jobs the connection works on or holds, and how many jobs it holds.</summary>
    public (WsmqAddress[] Queues, int Held) Current
    {
        get
        {
            lock (_lock)
            {
                var busy = _workers.Where(w => w.Value.Claimed > 0).ToArray();
                return ([.. busy.Select(w => w.Key)], busy.Sum(w => w.Value.Held));
            }
        }
    }

    /// <summary>The connection has ended.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _isClosed = true;
            foreach (var worker in _workers.Values)
                worker.Close();
        }
    }

    // Called inside the lock.
    private ConnectionWorker Join(WsmqAddress queue, QueueDispatcher dispatcher)
    {
        if (!_workers.TryGetValue(queue, out var worker))
        {
            worker = new ConnectionWorker(queue, name, connection, dispatcher, time, logger);
            _workers.Add(queue, worker);
            dispatcher.Add(worker);
        }

        return worker;
    }
}
