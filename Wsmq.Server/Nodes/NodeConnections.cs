using Wsmq.Server.Connections;
using Wsmq.Server.Pumps;
using Wsmq.Server.Sessions;

namespace Wsmq.Server.Nodes;

/// <summary>The accepted connections and event streams of this node.</summary>
internal sealed class NodeConnections(ConnectionRegistry connections, OpenStreams streams, TimeProvider time)
{
    private const int MostSlowReaders = 20;
    private static readonly TimeSpan SlowFrom = TimeSpan.FromSeconds(1);

    /// <summary>How many there are, and which of them are behind.</summary>
    public NodeLoad Measure()
    {
        var users = new HashSet<string>(StringComparer.Ordinal);
        var slow = new SlowReaders(time.GetUtcNow());
        var (hub, open) = (0, 0);
        foreach (var connection in connections.All)
        {
            if (connection.Session is not Session session)
                continue;
            hub++;
            users.Add(session.Caller.UserId);
            session.Visit(slow.Look);
        }

        foreach (var stream in streams.All)
        {
            open++;
            users.Add(stream.User);
        }

        return new NodeLoad(hub, open, users.Count, slow.Slowest(), slow.Count);
    }

    /// <summary>The sessions of a user.</summary>
    public IEnumerable<Session> SessionsOf(string user) => connections.All
        .Select(c => c.Session as Session).Where(s => s is not null && string.Equals(s.Caller.UserId, user, StringComparison.Ordinal))!;

    /// <summary>The event streams of a user.</summary>
    public IEnumerable<OpenStream> StreamsOf(string user) => streams.All.Where(s => string.Equals(s.User, user, StringComparison.Ordinal));

    // Keeps the slowest of all that it is shown.
    private sealed class SlowReaders(DateTimeOffset now)
    {
        private readonly PriorityQueue<WsmqSlowReader, TimeSpan> _slowest = new();

        public int Count { get; private set; }

        public void Look(Session session, DeliveryPump pump)
        {
            // Positions are times of the store in µs, whose clock may differ from the node's.
            if (pump.OldestOpen is not { } open)
                return;
            var behind = now - DateTimeOffset.UnixEpoch.AddMicroseconds(open.Value);
            if (behind < SlowFrom)
                return;
            Count++;
            if (_slowest.Count == MostSlowReaders && _slowest.TryPeek(out _, out var least) && behind <= least)
                return;
            var reader = new WsmqSlowReader
            {
                User = session.Caller.UserId, Device = session.Caller.Device, Address = pump.Feed.Source, Behind = behind,
            };
            if (_slowest.Count < MostSlowReaders)
                _slowest.Enqueue(reader, behind);
            else
                _slowest.EnqueueDequeue(reader, behind);
        }

        public WsmqSlowReader[] Slowest() => [.. _slowest.UnorderedItems.OrderByDescending(i => i.Priority).Select(i => i.Element)];
    }
}

/// <summary>What a node serves.</summary>
/// <param name="Connections">The number of accepted connections of the hub.</param>
/// <param name="Streams">The number of event streams.</param>
/// <param name="Users">The number of users of both.</param>
/// <param name="Slowest">The slowest readers.</param>
/// <param name="SlowCount">The number of all slow readers.</param>
internal sealed record NodeLoad(int Connections, int Streams, int Users, IReadOnlyList<WsmqSlowReader> Slowest, int SlowCount);
