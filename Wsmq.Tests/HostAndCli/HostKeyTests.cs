using System.Text.RegularExpressions;
using Wsmq.Tests.Api;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.HostAndCli;

/// <summary>API keys of the ready host, with its command line; and its operators, who may create them.</summary>
public sealed partial class HostKeyTests(SharedRedis redis) : IAsyncLifetime, IClassFixture<SharedRedis>
{
    private readonly Tools _tools = new();

    private Uri Api => new(_tools.Url.Replace("/wsmq", "", StringComparison.Ordinal));

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _tools.DisposeAsync();

    [Fact]
    public async Task A_key_is_created_used_listed_and_revoked_and_never_logged()
    {
        await _tools.StartHostAsync(Tools.Trace);
        var (code, key, told) = await _tools.CliAsync(
            "key", "create", "--name", "shop", "--scope", "send:user:bob,View", "--scope", "read", "--expires", "90d", "--as", "admin");
        (code, key).Should().Match<(int Code, string Key)>(c => c.Code == 0 && Whole().IsMatch(c.Key), told);
        using var byHeader = new HttpCaller(Api, null);
        using var byBearer = new HttpCaller(Api, key);

        (await byBearer.SendAsync(new { to = "user:bob", body = 1 })).Status.Should().Be(201);
        (await byBearer.SendAsync(new { to = "user:carol" })).Code.Should().Be("send-not-allowed");
        (await byHeader.AskAsync(Request("/logs/user:key:shop", key))).Status.Should().Be(200);
        (await byHeader.AskAsync(Request("/logs/user:key:shop", key[..^1] + (key[^1] == 'A' ? 'B' : 'A')))).Status.Should().Be(401);
        (await byHeader.GetAsync($"/logs/user:key:shop?access_token={key}")).Status.Should().Be(401, "not in a URL");
        await using var hub = PlainClient.Create(new Uri(_tools.Url), key);
        await hub.Connection.StartAsync();
        await hub.SendAsync("user:bob", 2);

        var list = (await _tools.CliAsync("key", "list", "--as", "admin")).Output;
        list.Should().Contain("shop").And.Contain("send:user:bob, View, read").And.Contain("expires 20").And.NotContain(key);
        var id = list.Split(' ')[0];
        key.Should().Contain(id);
        (await _tools.CliAsync("key", "revoke", id, "--as", "admin")).Output.Should().Be("revoked");
        await Eventually.That("the connection ends", () => hub.Closed is not null);
        (await byBearer.ReadAsync("user:key:shop")).Status.Should().Be(401);
        (await _tools.CliAsync("key", "revoke", id, "--as", "admin")).Code.Should().Be(1);

        Tools.NothingSecretIn(_tools.Host, key, key[^43..]);
        string.Join('\n', _tools.Host.Output).Should().Contain("admin ManageKeys shop=send:user:bob+View+read");
    }

    [Fact]
    public async Task A_key_that_one_host_creates_and_revokes_holds_at_the_others()
    {
        string[] store = ["--Wsmq:Redis", redis.Server.EndPoint, "--Wsmq:RedisOptions:KeyPrefix", redis.NextPrefix()];
        await _tools.StartHostAsync(store);
        await using var other = Tools.StartHost("Development", _tools.DataFolder, store);
        await Eventually.That("the other host listens", () => other.Output.Any(l => l.Contains("HTTP API", StringComparison.Ordinal)));
        var there = new Uri(new Uri(other.Output.First(l => l.Contains("HTTP API", StringComparison.Ordinal)).Split(' ')[^1]), "/");
        var key = (await _tools.CliAsync("key", "create", "--name", "shop", "--scope", "read", "--as", "admin")).Output;
        using var shop = new HttpCaller(there, key);
        await Eventually.That("the other host accepts the key", async () => (await shop.ReadAsync("user:key:shop")).Status == 200);
        await using var stream = await shop.ListenAsync("address=user:key:shop");

        await _tools.CliAsync("key", "revoke", key.Substring("wsmqk_".Length, 16), "--as", "admin");

        await Eventually.That("the stream at the other host ends", () => stream.EndCode == "revoked");
        (await shop.ReadAsync("user:key:shop")).Status.Should().Be(401);
    }

    [Fact]
    public async Task Only_operators_of_the_configuration_do_what_it_allows_them()
    {
        await _tools.StartHostAsync("--Wsmq:Operators:olga:0=View", "--Wsmq:Operators:olga:1=disconnect", "--Wsmq:Operators:root=*",
            "--Wsmq:Operators:0:User=urn:corp:Ida", "--Wsmq:Operators:0:Rights=Ban", "--Wsmq:Operators:1:User=urn:corp:ida",
            "--Wsmq:Operators:1:Rights:0=View", "--Wsmq:Operators:1:Rights:1=Disconnect");
        (string User, string Method, string Path, int Status)[] calls =
        [
            ("olga", "GET", "/users/bob/groups", 200), ("olga", "POST", "/users/bob/disconnect", 204), ("olga", "PUT", "/users/bob/ban", 403),
            ("olga", "GET", "/keys", 403), ("root", "GET", "/keys", 200), ("root", "PUT", "/users/eve/ban", 204),
            ("urn:corp:Ida", "PUT", "/users/eve/ban", 204), ("urn:corp:Ida", "GET", "/users/bob/groups", 403),
            ("urn:corp:ida", "PUT", "/users/eve/ban", 403), ("urn:corp:ida", "POST", "/users/bob/disconnect", 204),
            ("alice", "GET", "/users/bob/groups", 403), ("OLGA", "GET", "/users/bob/groups", 403), ("admin", "GET", "/keys", 200),
        ];
        foreach (var (user, method, path, status) in calls)
        {
            using var caller = new HttpCaller(Api, _tools.Token(user));
            (await caller.AskAsync(method, path)).Status.Should().Be(status, $"{user} {method} {path}");
        }

        (await _tools.CliAsync("key", "create", "--name", "x", "--scope", "send", "--as", "olga")).Error.Should().Contain("3007");
        (await _tools.CliAsync("key", "create", "--name", "x", "--scope", "fly", "--as", "root")).Error.Should().Contain("a scope begins with");
    }

    [Theory]
    [InlineData("--Wsmq:Operators:olga:0=Fly", "names the action 'Fly', which does not exist")]
    [InlineData("--Wsmq:Operators:olga=1", "names the action '1', which does not exist")]
    [InlineData("--Wsmq:Operators:0:User=olga --Wsmq:Operators:0:Rights=Fly", "names the action 'Fly', which does not exist")]
    public async Task An_unknown_action_is_refused_at_the_start(string argument, string reason)
    {
        await using var host = Tools.StartHost("Development", _tools.DataFolder, argument.Split(' '));

        (await host.ExitCodeAsync()).Should().Be(1);
        host.Error.Should().Contain(reason).And.Contain("ReadBody");
    }

    [Theory]
    [InlineData("--Wsmq:Operators:0:User=olga", "Wsmq:Operators:0 is incomplete")]
    [InlineData("--Wsmq:Operators:0:Usr=olga --Wsmq:Operators:0:Rights=View", "Unknown setting Wsmq:Operators:0:Usr")]
    [InlineData("--Wsmq:Operators:0:User=admin --Wsmq:Operators:0:Rights=View", "names the user 'admin' twice")]
    public async Task An_operator_that_is_not_understood_is_refused_at_the_start(string arguments, string reason)
    {
        await using var host = Tools.StartHost("Development", _tools.DataFolder, arguments.Split(' '));

        (await host.ExitCodeAsync()).Should().Be(1);
        host.Error.Should().Contain(reason);
    }

    private HttpRequestMessage Request(string path, string key)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Api, HttpCaller.Path + path));
        request.Headers.Add("X-Api-Key", key);
        return request;
    }

    [GeneratedRegex("^wsmqk_[A-Za-z0-9_-]{59}$")]
    private static partial Regex Whole();
}
