using Wsmq.Faults.History;

namespace Wsmq.Faults.Clients;

/// <summary>A client that uses the wsmq client library.</summary>
internal sealed class OurClient : Client
{
    private readonly Lock _calls = new();
    private readonly WsmqClient _client;
    private readonly RepeatLog _repeats;

    public OurClient(string user, string device, IReadOnlyList<string> groups, Func<Uri> node, Timings timings, HistoryFile history)
        : base(user, device, groups, node, timings, history)
    {
        _repeats = new RepeatLog(to => Record(new HistoryEvent { Kind = EventKind.Repeated, Address = to }));
        _client = new WsmqClient(Url, o =>
        {
            o.Device = device;
            o.LoggerFactory = _repeats;
            o.UseShortTimes(timings.ConnectionTimeout);
        });
        Requester = new Requester(_client, groups, Record);
        Presence = new PresenceDevice(_client);
        Tracker = new Tracker(_client, Record);
        _client.OnAny(HandleAsync);
        _client.OnAnyLive((message, _) =>
        {
            Record(Pushed(message));
            return Task.CompletedTask;
        });
        _client.Gap += (_, e) => Record(new HistoryEvent
        {
            Kind = EventKind.Gap, Address = e.Source.ToString(), After = e.After.ToString(), Before = e.Before.ToString(), Why = e.Reason,
        });
        _client.Stalled += (_, e) => Record(new HistoryEvent { Kind = EventKind.Stalled, Address = e.Source.ToString(), Position = e.Position.ToString() });
        _client.DeadLettered += (_, e) => Record(new HistoryEvent { Kind = EventKind.DeadLettered, Address = e.Source.ToString(), Position = e.Position.ToString() });
        _client.StoreStateChanged += (_, e) => Record(new HistoryEvent { Kind = EventKind.Store, Why = e.Available ? "back" : "away" });
        _client.StateChanged += (_, e) => Record(new HistoryEvent { Kind = EventKind.State, Why = e.Current.ToString() });
    }

    /// <summary>Its requests, and its answers to those of others.</summary>
    public Requester Requester { get; }

    /// <summary>What it says of itself, and sees of others.</summary>
    public PresenceDevice Presence { get; }

    /// <summary>What it learns of the tracked messages of its user.</summary>
    public Tracker Tracker { get; }

    public override bool IsConnected => _client.State == WsmqClientState.Connected;

    protected override string Kind => EventKind.Ours;

    protected override bool NumbersSends => true;

    protected override bool Tracks => true;

    /// <summary>Sends a message of another kind of load, which records it itself.</summary>
    public Task<WsmqReceipt> SendAsync(WsmqOutgoingMessage message) => _client.SendAsync(message);

    public override Task SendAsync(string to) => RecordAsync(Begin(to));

    public override Task SendManyAsync(string to, int count)
    {
        var sends = new List<(string, Task<WsmqReceipt>)>();
        for (var i = 0; i < count; i++)
            sends.Add(Begin(to));
        return Task.WhenAll(sends.Select(RecordAsync));
    }

    protected override async Task ConnectAsync()
    {
        if (FilteredSource is { } source)
            await _client.SetFilterAsync(WsmqAddress.Parse(source), Filter);
        await _client.StartAsync();
    }

    protected override async Task DisconnectAsync()
    {
        await _client.DisposeAsync();
        _repeats.Dispose();
    }

    // The load and a fault may send at the same time: the order of the record is that of the calls.
    private (string Id, Task<WsmqReceipt> Done) Begin(string to)
    {
        lock (_calls)
        {
            var message = NextMessage(to);
            Record(SendOf(message));
            return (IdOf(message), _client.SendAsync(message));
        }
    }

    private async Task RecordAsync((string Id, Task<WsmqReceipt> Done) send)
    {
        try
        {
            var receipt = await send.Done;
            Record(ReceiptOf(send.Id, receipt));
        }
        catch (WsmqException e)
        {
            Record(new HistoryEvent { Kind = EventKind.Failed, Id = send.Id, Why = e.Error.Code });
        }
    }

    private async Task HandleAsync(WsmqDelivery delivery, CancellationToken cancellationToken)
    {
        if (delivery.IsState)
        {
            Record(new HistoryEvent
            {
                Kind = EventKind.StateSeen, Address = delivery.Source, Id = IdOf(delivery), Position = delivery.Position, StateKey = delivery.StateKey,
            });
            return;
        }

        var happened = new HistoryEvent
        {
            Kind = EventKind.Deliver, Address = delivery.Source, Id = IdOf(delivery), Position = delivery.Position, Previous = delivery.Previous,
        };
        Record(happened);
        await Behaviour.WaitAsync(cancellationToken);
        if (Behaviour.Throws(delivery.Source, delivery.Position))
        {
            Record(happened with { Kind = EventKind.Threw });
            throw new InvalidOperationException("The handler throws because a fault requires it.");
        }

        Record(happened with { Kind = EventKind.Ack });
    }
}
