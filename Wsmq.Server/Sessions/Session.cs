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
    private SendStream? _stream;

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

    /// <summary>What delivers an address here. While the session's groups are still being opened, the answer waits for them.</summary>
    /// <exception cref="WsmqException">
    /// No address; <c>read-not-allowed</c>: it is not being delivered here; <c>store-unavailable</c>: the groups could not be read.
    /// </exception>
    public ValueTask<DeliveryPump> PumpOfAsync(string? source)
    {
        var address = Address.Parse(source);

        // Before the pumps are looked at: the other way round a group that the first look opens between the two would be refused for
        // good.
        var opening = address.Kind == AddressKind.Group && Groups is { Ready.IsCompleted: false } groups ? groups : null;
        if (TryGetPump(address, out var pump))
            return new(pump);
        return opening is not null ? AwaitedPumpAsync(address, opening) : throw new WsmqException(WsmqErrors.ReadNotAllowed);
    }

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

    private async ValueTask<DeliveryPump> AwaitedPumpAsync(Address address, GroupReader groups)
    {
        try
        {
            await groups.ReadyInTimeAsync(Connection.Aborted);
        }
        catch (TimeoutException e)
        {
            throw new WsmqException(WsmqErrors.StoreUnavailable, "the groups of this connection are not read yet", e);
        }

        return TryGetPump(address, out var pump) ? pump : throw new WsmqException(WsmqErrors.ReadNotAllowed);
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

    /// <summary>
    /// How many bytes the dead letters of an address may take for the user: one part for the own queue, and one that the user's groups
    /// share evenly.
    /// </summary>
    public long LetterRoom(Address source) => source == OwnQueue ? limits.LetterRoom : limits.LetterRoom / Math.Max(1, Groups?.Count ?? 0);

    /// <summary>
    /// Null where a stream of sends is open already: one is enough, and what they hold must stay bounded. One that its client has
    /// cancelled is on its way out, and its client may open the next one without waiting for that.
    /// </summary>
    public SendStream? TryBeginStream(CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (_stream is { IsCancelled: false })
                return null;
            return _stream = new SendStream(limits.Budget.BeginStream(), cancellation);
        }
    }

    public void EndStream(SendStream stream)
    {
        lock (_lock)
            _stream = _stream == stream ? null : _stream;
        limits.Budget.EndStream(stream.Number);
    }
}
