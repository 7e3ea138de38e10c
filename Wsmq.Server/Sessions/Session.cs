using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Wsmq.Server.Delivering;
using Wsmq.Server.Publishing;

namespace Wsmq.Server.Sessions;

/// <summary>One connection: who it is, what it reads, and what it has under way.</summary>
internal sealed class Session(WsmqCaller caller, Receiver receiver, int maxOutstandingSends)
{
    private readonly ConcurrentDictionary<Address, DeliveryPump> _pumps = [];
    private int _streams;

    public WsmqCaller Caller => caller;

    public Receiver Receiver => receiver;

    public ClientConnection Connection => receiver.Connection;

    public Address OwnQueue { get; } = Address.User(caller.UserId);

    /// <summary>Keeps the groups of the session up to date while it lives.</summary>
    public GroupReader? Groups { get; set; }

    /// <summary>What the session reads at this moment.</summary>
    public ICollection<Address> Sources => _pumps.Keys;

    public bool TryGetPump(Address source, [NotNullWhen(true)] out DeliveryPump? pump) => _pumps.TryGetValue(source, out pump);

    public void Add(DeliveryPump pump) => _pumps[pump.Feed.Source] = pump;

    public bool Remove(Address source, [NotNullWhen(true)] out DeliveryPump? pump) => _pumps.TryRemove(source, out pump);

    /// <summary>What it sends and has no receipt for.</summary>
    public OutstandingSends Sends { get; } = new(maxOutstandingSends);

    /// <summary>False where a stream of sends is open already: one is enough, and what they hold must stay bounded.</summary>
    public bool TryBeginStream() => Interlocked.Exchange(ref _streams, 1) == 0;

    public void EndStream() => Volatile.Write(ref _streams, 0);
}
