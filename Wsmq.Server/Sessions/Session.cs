using System.Diagnostics.CodeAnalysis;
using Wsmq.Server.Connections;
using Wsmq.Server.Limits;
using Wsmq.Server.Presence;
using Wsmq.Server.Pumps;
using Wsmq.Server.Requests;
using Wsmq.Server.Workers;

namespace Wsmq.Server.Sessions;

/// <summary>One connection: its caller, the logs that it reads, and its stream of sends.</summary>
internal sealed class Session(WsmqCaller caller, Receiver receiver, SessionLimits limits) : IConnectionSession
{
    private readonly Lock _lock = new();
    private DeliveryPump? _own;

    // Null for a user without groups, as most users are on many nodes.
    private Dictionary<WsmqAddress, DeliveryPump>? _groups;
    private PublishStream? _stream;
    private ConnectionWork? _work;
    private ConnectionResponder? _responder;
    private OwnRequests? _requests;
    private ReaderChoices? _choices;
    private bool _hasEnded;

    public WsmqCaller Caller => caller;

    public Receiver Receiver => receiver;

    public NodeConnection Connection => receiver.Connection;

    public WsmqAddress OwnQueue { get; } = WsmqAddress.User(caller.UserId);

    /// <summary>The queues that the connection works on; null if it has called none of the methods of workers.</summary>
    public ConnectionWork? Work => _work;

    /// <summary>What the connection has chosen to get of its sources; created on first use, because most connections get everything.</summary>
    public ReaderChoices Choices => LazyInitializer.EnsureInitialized(ref _choices, () => new ReaderChoices(Connection.IsHeld));

    /// <summary>Keeps the groups of the session up to date while it lives.</summary>
    public GroupReader? Groups { get; set; }

    /// <summary>The current pumps of the session.</summary>
    public DeliveryPump[] Pumps
    {
        get
        {
            lock (_lock)
                return [.. _own is null ? [] : (DeliveryPump[])[_own], .. _groups?.Values.ToArray() ?? []];
        }
    }

    /// <summary>Shows each pump of the session, without a copy. The callback must neither block nor call the session.</summary>
    public void Visit(Action<Session, DeliveryPump> look)
    {
        lock (_lock)
        {
            if (_own is not null)
                look(this, _own);
            if (_groups is null)
                return;
            foreach (var pump in _groups.Values)
                look(this, pump);
        }
    }

    /// <summary>What the connection has to do with presence; null if the app has not enabled it.</summary>
    public SessionPresence? Presence { get; private set; }

    /// <summary>Takes part in presence from now on, with the groups that are read already.</summary>
    public void BeginPresence(SessionPresence presence)
    {
        lock (_lock)
        {
            Presence = presence;
            foreach (var group in _groups?.Keys.ToArray() ?? [])
                presence.Join(group.Name);
        }
    }

    public bool TryGetPump(WsmqAddress source, [NotNullWhen(true)] out DeliveryPump? pump)
    {
        lock (_lock)
            return source == OwnQueue ? (pump = _own) is not null : (pump = _groups?.GetValueOrDefault(source)) is not null;
    }

    /// <summary>
    /// Returns the pump of an address on this connection. While the session's groups are still being opened, waits for them.
    /// </summary>
    /// <exception cref="WsmqException">
    /// The source is not an address; <c>read-not-allowed</c>: this connection does not read it; <c>store-unavailable</c>: the groups could
    /// not be read in time.
    /// </exception>
    public ValueTask<DeliveryPump> PumpOfAsync(string? source)
    {
        var address = WsmqAddress.Parse(source);

        // Read before looking for the pump: otherwise a group that is opened between the two steps would be refused with a final error.
        var opening = address.Kind == WsmqAddressKind.Group && Groups is { Ready.IsCompleted: false } groups ? groups : null;
        if (TryGetPump(address, out var pump))
            return new(pump);
        return opening is not null
            ? AwaitedPumpAsync(address, opening.ReadyInTimeAsync(Connection.Aborted))
            : throw new WsmqException(WsmqErrors.ReadNotAllowed);
    }

    /// <summary>
    /// The same for a call that may come just after its user has joined a group: waits until the connection reads it. A refusal costs a read
    /// of the store: for calls whose number is limited.
    /// </summary>
    /// <exception cref="WsmqException">As <see cref="PumpOfAsync"/>.</exception>
    public ValueTask<DeliveryPump> PumpOfMemberAsync(string? source)
    {
        var address = WsmqAddress.Parse(source);
        return address.Kind == WsmqAddressKind.Group && Groups is { } groups && !TryGetPump(address, out _)
            ? AwaitedPumpAsync(address, groups.ReadJoinedAsync(address, Connection.Aborted))
            : PumpOfAsync(source);
    }

    public void Add(DeliveryPump pump)
    {
        lock (_lock)
        {
            if (pump.Feed.Source == OwnQueue)
            {
                _own = pump;
            }
            else
            {
                (_groups ??= [])[pump.Feed.Source] = pump;
                Presence?.Join(pump.Feed.Source.Name);
            }
        }

        // After the addition: a change that comes before finds no pump.
        if (Connection.IsHeld || Volatile.Read(ref _choices) is not null)
            Choices.Apply(pump);

        // Of who has left a group and joined it again.
        Responder?.Restore(pump.Feed.Source);
    }

    public bool Remove(WsmqAddress source, [NotNullWhen(true)] out DeliveryPump? pump)
    {
        try
        {
            lock (_lock)
            {
                if (source != OwnQueue)
                {
                    Presence?.Leave(source.Name);
                    return (pump = null) is null && _groups is not null && _groups.Remove(source, out pump);
                }

                (pump, _own) = (_own, null);
                return pump is not null;
            }
        }
        finally
        {
            // Only readers of an address answer its requests. After the removal: an offer that comes later finds no pump.
            Responder?.Withdraw(source);
        }
    }

    private async ValueTask<DeliveryPump> AwaitedPumpAsync(WsmqAddress address, Task opening)
    {
        try
        {
            await opening;
        }
        catch (TimeoutException e)
        {
            throw new WsmqException(WsmqErrors.StoreUnavailable, "the groups of this connection are not open yet", e);
        }

        return TryGetPump(address, out var pump) ? pump : throw new WsmqException(WsmqErrors.ReadNotAllowed);
    }

    /// <summary>Does the periodic checks: see <see cref="SessionSweep"/>.</summary>
    public void Sweep()
    {
        Groups?.Sweep();
        lock (_lock)
        {
            _own?.Sweep();
            if (_groups is null)
                return;
            foreach (var pump in _groups.Values)
                pump.Sweep();
        }
    }

    /// <summary>The limits of the connection.</summary>
    public SessionLimits Limits => limits;

    /// <summary>A call over the connection.</summary>
    public UserCall Call => new(caller, limits, Connection.Aborted);

    /// <summary>
    /// How many bytes the dead letters of an address may take for the user: one part for the own queue, and one that the user's groups
    /// share evenly.
    /// </summary>
    public long DeadLetterBytes(WsmqAddress source) => source == OwnQueue ? limits.DeadLetterBytes : limits.DeadLetterBytes / Math.Max(1, Groups?.Count ?? 0);

    /// <summary>
    /// Begins a stream of sends; returns null if one is open already: one is enough, and the memory that streams hold must stay bounded. A
    /// stream that its client has cancelled is about to end, and its client may open the next one without waiting for that.
    /// </summary>
    public PublishStream? TryBeginStream(CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (_stream is { IsCancelled: false })
                return null;
            return _stream = new PublishStream(limits.Budget.BeginStream(), cancellation);
        }
    }

    /// <summary>Returns <see cref="Work"/>, created on first use.</summary>
    public ConnectionWork WorkWith(Func<ConnectionWork> create)
    {
        lock (_lock)
        {
            _work ??= create();
            if (_hasEnded)
                _work.Close();
            return _work;
        }
    }

    /// <summary>What the connection answers; null if it never offered to answer requests.</summary>
    public ConnectionResponder? Responder => _responder;

    /// <summary>Returns <see cref="Responder"/>, created on first use.</summary>
    public ConnectionResponder RespondWith(Func<ConnectionResponder> create)
    {
        lock (_lock)
        {
            _responder ??= create();
            if (_hasEnded)
                _responder.Close();
            return _responder;
        }
    }

    /// <summary>The open requests of the connection; created on first use.</summary>
    public OwnRequests Requests
    {
        get
        {
            lock (_lock)
                return _requests ??= new OwnRequests();
        }
    }

    /// <summary>The connection has ended: it gets no more jobs and no more requests.</summary>
    public void EndWork()
    {
        ConnectionResponder? responder;
        lock (_lock)
        {
            _hasEnded = true;
            _work?.Close();
            responder = _responder;
        }

        responder?.Close();
    }

    public void EndStream(PublishStream stream)
    {
        lock (_lock)
            _stream = _stream == stream ? null : _stream;
        limits.Budget.EndStream(stream.Number);
    }
}
