using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Wsmq.Tests.HostAndCli;

/// <summary>The samples as real processes, used as their README describes.</summary>
public sealed partial class SampleTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private readonly List<IAsyncDisposable> _clients = [];
    private RunningSample? _app;

    private Uri Root => _app!.Root;

    private Uri Hub => new(Root, TestNode.HubPath);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var client in _clients)
            await client.DisposeAsync();
        if (_app is not null)
            await _app.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task EmbeddedJwt_logs_in_sends_and_receives_also_messages_sent_while_offline()
    {
        await StartAsync("samples/EmbeddedJwt");
        using var http = new HttpClient { BaseAddress = Root };
        var alice = await ConnectAsync(Hub, "alice", With(await LoginAsync("alice")));
        var bobs = await LoginAsync("bob");

        await alice.SendAsync("user:bob", 1);
        var bob = await ConnectAsync(Hub, "bob", With(bobs));
        await alice.SendAsync("user:bob", 2);

        await bob.HandlesAsync([1, 2]);
        bob.Messages.Should().OnlyContain(m => m.Sender == "alice");
        (await StatusAsync(new Uri($"{Hub}/negotiate?negotiateVersion=1&access_token={bobs}"))).Should().Be(HttpStatusCode.OK, "as browsers do");
        (await StatusAsync(new Uri($"{Hub}/negotiate?negotiateVersion=1"))).Should().Be(HttpStatusCode.Unauthorized);

        async Task<string> LoginAsync(string user)
        {
            using var response = await http.PostAsync(new Uri($"/login/{user}", UriKind.Relative), null);
            return await response.Content.ReadAsStringAsync();
        }
    }

    [Fact]
    public async Task CustomScheme_reads_its_token_from_a_header_or_the_query_and_refuses_a_wrong_one()
    {
        await StartAsync("samples/CustomScheme");
        var alice = await ConnectAsync(Hub, "alice", o => (o.AccessTokenProvider, o.ConfigureHttp) = (null, h => h.Headers["x-access-token"] = "alices-session"));
        var bob = await ConnectAsync(new Uri($"{Hub}?access_token=bobs-session"), "bob", o => o.AccessTokenProvider = null);

        await alice.SendAsync("user:bob", 1);

        await bob.HandlesAsync([1]);
        bob.Messages[0].Sender.Should().Be("alice");
        var negotiate = new Uri($"{Hub}/negotiate?negotiateVersion=1");
        (await StatusAsync(negotiate, ("x-access-token", "alices-session"))).Should().Be(HttpStatusCode.OK);
        (await StatusAsync(negotiate, ("x-access-token", "wrong"))).Should().Be(HttpStatusCode.Unauthorized);
        (await StatusAsync(new Uri($"{negotiate}&access_token=wrong"))).Should().Be(HttpStatusCode.Unauthorized);
        (await StatusAsync(negotiate)).Should().Be(HttpStatusCode.Unauthorized);

        var stranger = new TypedClient(Hub, "x", null, o => (o.AccessTokenProvider, o.ConfigureHttp) = (null, h => h.Headers["x-access-token"] = "wrong"));
        _clients.Add(stranger);
        var starting = () => stranger.Client.StartAsync();
        (await starting.Should().ThrowAsync<WsmqException>()).Which.Message.Should().Contain("401");
    }

    [Fact]
    public async Task BackgroundJobs_sends_each_invoice_once_also_after_a_failed_attempt()
    {
        await StartAsync("samples/BackgroundJobs");
        using var http = new HttpClient { BaseAddress = Root };
        var first = await InvoiceAsync("orders/7/invoice?customer=bob");
        await InvoiceAsync("orders/unlucky/invoice?customer=carol");
        var delayed = await InvoiceAsync("orders/8/invoice?customer=bob&delay=3600");
        var again = await InvoiceAsync("orders/8/invoice?customer=bob");
        await InvoiceAsync("orders/9/invoice?customer=mallory");

        await Eventually.That("both invoices are sent", async () => (await SentAsync()).Length == 2);
        (await SentAsync()).Should().BeEquivalentTo("7", "unlucky");
        first.Duplicate.Should().BeFalse();
        (again.Position, again.Duplicate, again.UniqueIdTaken).Should().Be((delayed.Position, true, true));
        await Eventually.That("one is a dead letter", async () =>
            await http.GetFromJsonAsync<JsonElement>(new Uri("queue", UriKind.Relative)) is var queue
            && (queue.GetProperty("delayed").GetInt64(), queue.GetProperty("dead").GetInt64(), queue.GetProperty("leased").GetInt64()) == (1, 1, 0));

        async Task<WsmqReceipt> InvoiceAsync(string path)
        {
            using var response = await http.PostAsync(new Uri(path, UriKind.Relative), null);
            return (await response.Content.ReadFromJsonAsync<WsmqReceipt>())!;
        }

        async Task<string[]> SentAsync() => (await http.GetFromJsonAsync<string[]>(new Uri("invoices", UriKind.Relative)))!;
    }

    [Fact]
    public async Task BackgroundJobs_does_not_start_without_time_zone_data_and_states_what_to_install()
    {
        // As in an image without the package.
        await using var app = ToolProcess.Start(
            "samples/BackgroundJobs", new Dictionary<string, string> { ["TZDIR"] = _folder.Path }, "--contentRoot", _folder.Path);

        (await app.ExitCodeAsync()).Should().NotBe(0);
        app.Error.Should().Contain("time zone 'Europe/Berlin' is unknown").And.Contain("no time zone data: install it (the package tzdata");
    }

    [Fact]
    public async Task OrderService_notifies_its_customer_by_live_and_durable_messages()
    {
        var key = RandomNumberGenerator.GetBytes(32);
        const string Bearer = "--Authentication:Schemes:Bearer";
        await StartAsync("samples/OrderService", $"{Bearer}:SigningKeys:0:Issuer", "tests", $"{Bearer}:SigningKeys:0:Value",
            Convert.ToBase64String(key), $"{Bearer}:ValidIssuer", "tests", $"{Bearer}:ValidAudience", "orders");
        var token = new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = "tests", Audience = "orders", Subject = new ClaimsIdentity([new Claim("sub", "bob")]),
            SigningCredentials = new SigningCredentials(new SymmetricSecurityKey(key), SecurityAlgorithms.HmacSha256),
        });
        var durable = new ConcurrentQueue<string>();
        var live = new ConcurrentQueue<string>();
        var bob = new TypedClient(Hub, "bob", null, With(token));
        _clients.Add(bob);
        bob.Client.OnAny((message, _) =>
        {
            durable.Enqueue($"{message.Type} {message.Body} from {message.Sender ?? "the app"}");
            return Task.CompletedTask;
        });
        bob.Client.OnAnyLive((message, _) =>
        {
            live.Enqueue($"{message.Type} {message.Body}");
            return Task.CompletedTask;
        });
        await bob.Client.StartAsync();
        using var http = new HttpClient { BaseAddress = Root };

        var first = await ShipAsync();
        var again = await ShipAsync();
        await Eventually.That("the durable message arrives", () => !durable.IsEmpty);
        using var packing = await http.PostAsync(new Uri("/orders/7/packing/60?customer=bob", UriKind.Relative), null);

        await Eventually.That("the live message arrives", () => !live.IsEmpty);
        live.Should().Equal("""order-packing {"order":"7","percent":60}""");
        durable.Should().Equal("""order-shipped {"order":"7","carrier":"snail"} from the app""");
        again.Should().Be(first with { Duplicate = true });

        async Task<WsmqReceipt> ShipAsync()
        {
            using var response = await http.PostAsync(new Uri("/orders/7/shipped?customer=bob&carrier=snail", UriKind.Relative), null);
            return (await response.Content.ReadFromJsonAsync<WsmqReceipt>())!;
        }
    }

    [Fact]
    public async Task OrderBoard_gives_its_data_with_a_position_and_publishes_what_follows()
    {
        await StartAsync("samples/OrderBoard");
        var cookies = new CookieContainer();
        using var http = new HttpClient(new HttpClientHandler { CookieContainer = cookies }) { BaseAddress = Root };
        (await http.GetAsync(new Uri("board", UriKind.Relative))).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        using (await http.PostAsync(new Uri("sign-in/bob", UriKind.Relative), null))
            await ChangeAsync("7", "packed");

        var handled = new ConcurrentQueue<string>();
        var loaded = new ConcurrentQueue<string>();
        var bob = new TypedClient(Hub, "bob", null, o => (o.AccessTokenProvider, o.ConfigureHttp) = (null, h => h.Cookies = cookies));
        _clients.Add(bob);
        bob.Client.Snapshot(WsmqAddress.Group("board"), async stop =>
        {
            var board = await http.GetFromJsonAsync<JsonElement>(new Uri("board", UriKind.Relative), stop);
            var orders = board.GetProperty("orders").EnumerateArray().Select(o => $"{o.GetProperty("id")}:{o.GetProperty("state")}");
            loaded.Enqueue(string.Join(' ', orders));
            return WsmqPosition.Parse(board.GetProperty("position").GetString());
        });
        bob.Client.OnAny((message, _) =>
        {
            handled.Enqueue($"{message.Type} {message.Body}");
            return Task.CompletedTask;
        });
        await bob.Client.StartAsync();
        await Eventually.That("the board is loaded", () => !loaded.IsEmpty);
        await ChangeAsync("7", "shipped");

        await Eventually.That("the change arrives", () => !handled.IsEmpty);
        loaded.Should().Equal("7:packed");
        handled.Should().Equal("""order-changed {"order":{"id":"7","state":"shipped","version":2}}""");

        async Task ChangeAsync(string order, string state)
        {
            using var response = await http.PutAsync(new Uri($"orders/{order}?state={state}", UriKind.Relative), null);
            response.StatusCode.Should().Be(HttpStatusCode.OK);
        }
    }

    private async Task StartAsync(string sample, params string[] arguments)
    {
        _app = await RunningSample.StartAsync(sample, _folder.Path, arguments);
        File.Exists(_folder.File("data/wsmq.db")).Should().BeTrue("messages are under the content root, wherever the app is started");
    }

    private async Task<TypedClient> ConnectAsync(Uri hub, string user, Action<WsmqClientOptions> configure)
    {
        var client = await TypedClient.StartAsync(hub, user, configure: configure);
        _clients.Add(client);
        return client;
    }

    private static Action<WsmqClientOptions> With(string token) => o => o.AccessTokenProvider = _ => Task.FromResult<string?>(token);

    private static async Task<HttpStatusCode> StatusAsync(Uri url, params (string Name, string Value)[] headers)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, url);
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        using var response = await http.SendAsync(request);
        return response.StatusCode;
    }
}
