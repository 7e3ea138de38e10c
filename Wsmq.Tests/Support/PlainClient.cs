using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;

namespace Wsmq.Tests.Support;

/// <summary>A SignalR client without the wsmq client library. Records what it receives, and acknowledges it if requested.</summary>
internal sealed class PlainClient : IAsyncDisposable
{
    private const string Probe = "probe ";

    private readonly ConcurrentQueue<WsmqDelivery> _received = [];
    private readonly ConcurrentQueue<GapSeen> _gaps = [];
    private readonly ConcurrentQueue<(string Source, string After, string Through)> _skips = [];
    private readonly ConcurrentQueue<(string Source, string Position)> _cleared = [];
    private readonly ConcurrentQueue<StateSeen> _state = [];
    private readonly ConcurrentQueue<WsmqLiveMessage> _live = [];
    private readonly ConcurrentDictionary<string, bool> _probes = [];
    private readonly ConcurrentQueue<string> _stalled = [];
    private readonly ConcurrentQueue<(string Source, string Position, int Attempts)> _deadLettered = [];
    private readonly ConcurrentQueue<WsmqPresenceChange> _presence = [];
    private readonly ConcurrentQueue<WsmqMessageStatus> _statuses = [];

    private PlainClient(HubConnection connection) => Connection = connection;

    public HubConnection Connection { get; }

    public IReadOnlyList<WsmqDelivery> Received => [.. _received];

    public IReadOnlyList<string> Bodies => [.. _received.Select(d => d.Body.ToString()!)];

    public IReadOnlyList<GapSeen> Gaps => [.. _gaps];

    /// <summary>The calls of <c>Skipped</c>.</summary>
    public IReadOnlyList<(string Source, string After, string Through)> Skips => [.. _skips];

    /// <summary>The calls of <c>Cleared</c>.</summary>
    public IReadOnlyList<(string Source, string Position)> Cleared => [.. _cleared];

    /// <summary>The calls of <c>State</c>.</summary>
    public IReadOnlyList<StateSeen> State => [.. _state];

    public IReadOnlyList<WsmqLiveMessage> Live => [.. _live];

    public IReadOnlyList<string> Stalled => [.. _stalled];

    public IReadOnlyList<(string Source, string Position, int Attempts)> DeadLettered => [.. _deadLettered];

    /// <summary>The calls of <c>Presence</c>.</summary>
    public IReadOnlyList<WsmqPresenceChange> Presence => [.. _presence];

    /// <summary>What the calls of <c>StatusChanged</c> have told, in order.</summary>
    public IReadOnlyList<WsmqMessageStatus> Statuses => [.. _statuses];

    public Exception? Closed { get; private set; }

    public static async Task<PlainClient> ConnectAsync(
        TestNode node, string user, string? device = null, bool ack = true, Action<WsmqDelivery>? onReceive = null, bool negotiate = false, bool state = false,
        bool status = false, string query = "")
    {
        var client = Create(node.Hub, TestTokens.For(user), device, ack, onReceive, negotiate, state, status, query);
        await client.Connection.StartAsync();
        return client;
    }

    /// <remarks>Only a client that negotiates knows its connection id.</remarks>
    public static PlainClient Create(
        Uri hub, string? token, string? device = null, bool ack = true, Action<WsmqDelivery>? onReceive = null, bool negotiate = false, bool state = false,
        bool status = false, string query = "")
    {
        var asked = $"{(state ? "&state=true" : "")}{(status ? "&status=true" : "")}{query}";
        var url = device is null && asked.Length == 0 ? hub : new Uri(hub, $"?device={Uri.EscapeDataString(device ?? "default")}{asked}");
        var connection = new HubConnectionBuilder()
            .WithUrl(url, HttpTransportType.WebSockets, o =>
            {
                o.SkipNegotiation = !negotiate;
                if (token is not null)
                    o.AccessTokenProvider = () => Task.FromResult<string?>(token);
            })
            .Build();
        var client = new PlainClient(connection);
        connection.On<WsmqDelivery>("Receive", ReceiveAsync);
        connection.On<WsmqDelivery[]>("ReceiveMany", async deliveries =>
        {
            foreach (var delivery in deliveries)
                await ReceiveAsync(delivery);
        });
        connection.On<string, string, string, string>("Gap", (source, after, before, reason) =>
            client._gaps.Enqueue(new GapSeen(source, after, before, reason, client._received.Count)));
        connection.On<string, string, string>("Skipped", (source, after, through) => client._skips.Enqueue((source, after, through)));
        connection.On<string, string>("Cleared", (source, position) => client._cleared.Enqueue((source, position)));
        connection.On<string, WsmqDelivery[], string?>("State", async (source, deliveries, through) =>
        {
            client._state.Enqueue(new StateSeen(source, deliveries, through, client._received.Count, client._gaps.Count));
            if (ack && through is not null)
                await connection.SendAsync("Ack", source, through);
        });
        connection.On<WsmqMessageStatus[]>("StatusChanged", changes => Array.ForEach(changes, client._statuses.Enqueue));
        connection.On<WsmqLiveMessage>("Live", client.OnLive);
        connection.On<WsmqPresenceChange>("Presence", client._presence.Enqueue);
        connection.On<string, string>("Stalled", (source, _) => client._stalled.Enqueue(source));
        connection.On<string, string, int>("DeadLettered", (source, position, attempts) => client._deadLettered.Enqueue((source, position, attempts)));
        connection.Closed += e =>
        {
            client.Closed = e;
            return Task.CompletedTask;
        };
        return client;

        async Task ReceiveAsync(WsmqDelivery delivery)
        {
            onReceive?.Invoke(delivery);
            client._received.Enqueue(delivery);
            if (ack)
                await connection.SendAsync("Ack", delivery.Source, delivery.Position);
        }
    }

    public Task<WsmqReceipt> SendAsync(string to, object? body, string? id = null) =>
        Connection.InvokeAsync<WsmqReceipt>("Send", new { to, body, id, type = "test" });

    public async Task ReceivesAsync(params string[] bodies)
    {
        await Eventually.That($"{bodies.Length} messages arrive", () => _received.Count >= bodies.Length);
        Bodies.Should().Equal(bodies);
    }

    /// <summary>
    /// Waits until live pushes to the targets arrive, without recording any. A connection is accepted, and added to a group, before its
    /// subscriptions are confirmed, and what is pushed before that is lost.
    /// </summary>
    /// <param name="targets">Targets that include this client. Other clients that they include do not record the probes either.</param>
    public async Task ReceivesLiveAsync(params IWsmqReceiver[] targets)
    {
        foreach (var target in targets)
        {
            var probe = Probe + Guid.NewGuid().ToString("N");
            await Eventually.That("live pushes arrive", async () =>
            {
                await target.Live(new WsmqLiveMessage { Type = probe });
                return _probes.ContainsKey(probe);
            });
        }
    }

    public ValueTask DisposeAsync() => Connection.DisposeAsync();

    private void OnLive(WsmqLiveMessage message)
    {
        if (message.Type?.StartsWith(Probe, StringComparison.Ordinal) == true)
            _probes[message.Type] = true;
        else
            _live.Enqueue(message);
    }
}

/// <summary>A gap, and the number of deliveries before it.</summary>
internal sealed record GapSeen(string Source, string After, string Before, string Reason, int Received);

/// <summary>A call of <c>State</c>, and the numbers of deliveries and gaps before it.</summary>
internal sealed record StateSeen(string Source, WsmqDelivery[] Deliveries, string? Through, int Received, int Gaps)
{
    public IEnumerable<string> Texts => Deliveries.Select(d => $"{d.StateKey}={d.Body}");
}
