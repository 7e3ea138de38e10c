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
            if (!_workers.TryGetValue(queue, out var worker))
            {
                if (granted == 0)
                    return 0;
                worker = new ConnectionWorker(queue, name, connection, dispatcher, time, logger);
                _workers.Add(queue, worker);
                dispatcher.Add(worker);
            }

            worker.Window = granted;
            dispatcher.Wake();
            return granted;
        }
    }

    /// <summary>The worker of a queue; null if the connection has not asked for its jobs.</summary>
    public ConnectionWorker? Of(WsmqAddress queue)
    {
        lock (_lock)
            return _workers.GetValueOrDefault(queue);
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
}
