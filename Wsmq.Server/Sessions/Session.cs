using System.Diagnostics.CodeAnalysis;
using Wsmq.Server.Delivering;
using Wsmq.Server.Limits;

namespace Wsmq.Server.Sessions;

/// <summary>One connection: who it is, what it reads, and what it has under way.</summary>
internal sealed class Session(WsmqCaller caller, Receiver receiver, SessionLimits limits)
{
    private readonly Lock _lock = new();
    private DeliveryPump? _own;

    // None for a user without groups, as most are on many nodes.
    private Dictionary<Address, DeliveryPump>? _groups;
    private int _streams;

    public WsmqCaller Caller => caller;

    public Receiver Receiver => receiver;

    public ClientConnection Connection => receiver.Connection;

    public Address OwnQueue { get; } = Address.User(caller.UserId);

    /// <summary>Keeps the groups of the session up to date while it lives.</summary>
    public GroupReader? Groups { get; set; }

    /// <summary>What delivers to the session at this moment.</summary>
    public DeliveryPump[] Pumps
    {
        get
        {
            lock (_lock)
                return [.. _own is null ? [] : (DeliveryPump[])[_own], .. _groups?.Values.ToArray() ?? []];
        }
    }

    public bool TryGetPump(Address source, [NotNullWhen(true)] out DeliveryPump? pump)
    {
        lock (_lock)
            return source == OwnQueue ? (pump = _own) is not null : (pump = _groups?.GetValueOrDefault(source)) is not null;
    }

    /// <exception cref="WsmqException">No address, or <c>read-not-allowed</c>: it is not being delivered here.</exception>
    public DeliveryPump PumpOf(string? source) =>
        TryGetPump(Address.Parse(source), out var pump) ? pump : throw new WsmqException(WsmqErrors.ReadNotAllowed);

    public void Add(DeliveryPump pump)
    {
        lock (_lock)
        {
            if (pump.Feed.Source == OwnQueue)
                _own = pump;
            else
                (_groups ??= [])[pump.Feed.Source] = pump;
        }
    }

    public bool Remove(Address source, [NotNullWhen(true)] out DeliveryPump? pump)
    {
        lock (_lock)
        {
            if (source != OwnQueue)
                return (pump = null) is null && _groups is not null && _groups.Remove(source, out pump);
            (pump, _own) = (_own, null);
            return pump is not null;
        }
    }

    /// <summary>Does what is due by the clock: see <see cref="SessionSweep"/>.</summary>
    public void Sweep()
    {
        Groups?.Sweep();
        lock (_lock)
        {
            _own?.LookForStall();
            if (_groups is null)
                return;
            foreach (var pump in _groups.Values)
                pump.LookForStall();
        }
    }

    /// <summary>What it may still ask.</summary>
    public SessionLimits Limits => limits;

    /// <summary>False where a stream of sends is open already: one is enough, and what they hold must stay bounded.</summary>
    public bool TryBeginStream() => Interlocked.Exchange(ref _streams, 1) == 0;

    public void EndStream() => Volatile.Write(ref _streams, 0);
}
