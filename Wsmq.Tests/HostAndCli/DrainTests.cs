using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Wsmq.Development;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.HostAndCli;

/// <summary>Hosts that receive a SIGTERM, two of them on one Redis behind a proxy that distributes connections.</summary>
public sealed class DrainTests : IAsyncLifetime
{
    private const string Bob = "user:bob";

    // Above the default rate limits of a connection and a user: the test generates load. A message that is refused for its rate may be stored
    // after one that was in flight for longer than the server refuses all others.
    private static readonly string[] Fast =
    [
        "--Wsmq:Options:Limits:UserSendsPerSecond", "2000", "--Wsmq:Options:Limits:UserSendBurst", "2000",
        "--Wsmq:Options:Limits:ConnectionSendsPerSecond", "2000", "--Wsmq:Options:Limits:ConnectionSendBurst", "2000",
    ];
    private readonly Tools _first = new();
    private readonly Tools _second = new();
    private readonly ConcurrentQueue<WsmqDelivery> _plain = new();
    private RedisServer? _redis;
    private TcpProxy? _line;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_line is not null)
            await _line.DisposeAsync();
        await _first.DisposeAsync();
        await _second.DisposeAsync();
        if (_redis is not null)
            await _redis.DisposeAsync();
    }

    [Fact]
    public async Task A_host_without_connections_stops_at_once()
    {
        await _first.StartHostAsync("--Wsmq:Options:Drain:Timeout", "00:50:00", "--Wsmq:Options:Drain:ReadinessDelay", "00:10:00");

        _first.Host.Terminate();

        (await _first.Host.ExitCodeAsync()).Should().Be(0);
    }

    [Fact]
    public async Task Under_load_all_clients_move_to_the_other_host_and_no_message_is_lost()
    {
        await StartHostsAsync("--Wsmq:Options:Drain:Timeout", "00:00:14", "--Wsmq:Options:Drain:ReadinessDelay", "00:00:07", "--Wsmq:Options:Drain:Spread", "00:00:01");
        await using var bob = await StartAsync("bob");
        await using var alice = await StartAsync("alice");
        var reconnects = 0;
        await using var plain = Plain();
        plain.Reconnected += _ =>
        {
            Interlocked.Increment(ref reconnects);
            return Task.CompletedTask;
        };
        await plain.StartAsync();
        using var enough = new CancellationTokenSource();
        var sending = SendAsync(alice, enough.Token);
        await Eventually.That("messages flow", () => bob.HandledCount > 50 && _plain.Count > 50);

        _first.Host.Terminate();

        using var http = Http();
        await Eventually.That("it is not ready", async () =>
        {
            var takes = await StatusAsync(http, "/wsmq") != HttpStatusCode.ServiceUnavailable;
            var ready = await StatusAsync(http, "/health/ready") != HttpStatusCode.ServiceUnavailable;
            (takes || !ready).Should().BeTrue("readiness turns false first");
            return !ready;
        });
        (await StatusAsync(http, "/health/live")).Should().Be(HttpStatusCode.OK);
        _line!.PointTo(new Uri(_second.Url));
        await Eventually.That("it refuses connections", async () => await StatusAsync(http, "/wsmq") == HttpStatusCode.ServiceUnavailable);
        (await _first.Host.ExitCodeAsync()).Should().Be(0, _first.Host.Error);
        _first.Host.Output.Should().Contain(line => line.Contains("The node is drained", StringComparison.Ordinal));
        await Eventually.That("the plain client has reconnected", () => reconnects == 1 && plain.State == HubConnectionState.Connected);
        await enough.CancelAsync();
        var receipts = await sending;

        await bob.HandlesAsync(Enumerable.Range(0, receipts.Count));
        receipts.ShouldBeAt(bob.Messages.Select(m => m.Position.ToString()));
        foreach (var client in new[] { alice, bob })
        {
            client.Errors.Should().BeEmpty();
            client.Gaps.Should().BeEmpty();
            client.States.Should().Equal(
                WsmqClientState.Connecting, WsmqClientState.Connected, WsmqClientState.Reconnecting, WsmqClientState.Connected);
        }

        await Eventually.That("it has received all", () => _plain.Select(d => d.Position).Distinct().Count() == receipts.Count);
        receipts.ShouldBeAt(_plain.Select(d => d.Position).Distinct(), "in order, once repeats are dropped");
    }

    private async Task StartHostsAsync(params string[] drain)
    {
        _redis = await RedisServer.StartAsync(appendOnly: true, "--appendfsync", "always");
        _first.Environment["Wsmq__Redis"] = _second.Environment["Wsmq__Redis"] = _redis.EndPoint;
        await _first.StartHostAsync([.. drain, .. Fast]);
        // One key for both, so that each accepts tokens of the other.
        Directory.CreateDirectory(_second.DataFolder);
        File.Copy(DevelopmentKey.PathIn(_first.DataFolder), DevelopmentKey.PathIn(_second.DataFolder));
        await _second.StartHostAsync(Fast);
        _line = new TcpProxy(new Uri(_first.Url));
    }

    private Task<TypedClient> StartAsync(string user)
    {
        var token = _first.Token(user);
        return TypedClient.StartAsync(_line!.Hub, user, configure: o => o.AccessTokenProvider = _ => Task.FromResult<string?>(token));
    }

    private HubConnection Plain()
    {
        var token = _first.Token("bob");
        var connection = new HubConnectionBuilder()
            .WithUrl(new Uri(_line!.Hub, "?device=plain"), HttpTransportType.WebSockets, o =>
            {
                o.SkipNegotiation = true;
                o.AccessTokenProvider = () => Task.FromResult<string?>(token);
            })
            .WithAutomaticReconnect()
            .Build();
        connection.On<WsmqDelivery>("Receive", async delivery =>
        {
            _plain.Enqueue(delivery);
            await connection.SendAsync("Ack", delivery.Source, delivery.Position);
        });
        return connection;
    }

    private static async Task<List<WsmqReceipt>> SendAsync(TypedClient alice, CancellationToken enough)
    {
        var sends = new List<Task<WsmqReceipt>>();

        // A steady rate that leaves CPU time for the tests that run beside this one.
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!enough.IsCancellationRequested && await pace.WaitForNextTickAsync(CancellationToken.None))
            sends.Add(alice.SendAsync(Bob, sends.Count));

        return [.. await Task.WhenAll(sends)];
    }

    private HttpClient Http()
    {
        var http = new HttpClient { BaseAddress = new Uri(_first.Url) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", _first.Token("carol"));
        return http;
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient http, string path)
    {
        using var answer = await http.GetAsync(new Uri(path, UriKind.Relative));
        return answer.StatusCode;
    }
}
