using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Server.Connections;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Revocation;

/// <summary>Revoking, disconnecting and banning on one node take effect on the connections of another.</summary>
public abstract class AccessContract : IAsyncLifetime
{
    private static readonly DateTimeOffset LastHour = DateTimeOffset.UtcNow.AddHours(-1);

    /// <summary>The node whose API is called.</summary>
    private protected abstract TestNode Here { get; }

    /// <summary>The node that the clients are connected to.</summary>
    private protected abstract TestNode There { get; }

    public abstract Task InitializeAsync();

    public abstract Task DisposeAsync();

    [Fact]
    public async Task A_revoked_token_closes_its_connection_and_is_refused_and_other_tokens_of_the_user_still_work()
    {
        var (stolen, good) = (TestTokens.Issued("bob", "t1", LastHour), TestTokens.Issued("bob", "t2", LastHour));
        await using var thief = await ConnectAsync(stolen);
        await using var bob = await ConnectAsync(good, device: "own");

        await Here.Access.RevokeTokenAsync("t1", DateTimeOffset.UtcNow.AddHours(1));

        await ClosedAsync(thief, WsmqErrors.Revoked);
        foreach (var node in new[] { Here, There })
            await RefusedAsync(node, stolen, WsmqErrors.Revoked);
        await StillTalksAsync(bob);
        await using var again = await ConnectAsync(good, device: "own");
    }

    [Fact]
    public async Task Revoking_the_tokens_of_a_user_before_a_time_closes_connections_with_older_tokens_only()
    {
        var (old, young) = (TestTokens.Issued("bob", "t1", LastHour), TestTokens.Issued("bob", "t2", DateTimeOffset.UtcNow.AddMinutes(-1)));
        await using var before = await ConnectAsync(old);
        await using var after = await ConnectAsync(young, device: "own");
        await using var other = await ConnectAsync(TestTokens.Issued("eve", "t3", LastHour));

        await Here.Access.RevokeUserTokensAsync("bob", DateTimeOffset.UtcNow.AddMinutes(-30));

        await ClosedAsync(before, WsmqErrors.Revoked);
        await RefusedAsync(There, old, WsmqErrors.Revoked);
        await StillTalksAsync(after);
        await StillTalksAsync(other, "user:eve");

        await Here.Access.RevokeUserTokensAsync("bob", LastHour.AddHours(-1));
        await RefusedAsync(There, old, WsmqErrors.Revoked);
        await Here.Access.RevokeUserTokensAsync("bob");
        await ClosedAsync(after, WsmqErrors.Revoked);
    }

    [Fact]
    public async Task Revoking_all_tokens_closes_the_connections_of_all_users_and_accepts_tokens_issued_later()
    {
        await using var bob = await ConnectAsync(TestTokens.Issued("bob", "t1", LastHour));
        await using var eve = await ConnectAsync(TestTokens.Issued("eve", "t2", LastHour));

        await Here.Access.RevokeAllTokensAsync();

        await ClosedAsync(bob, WsmqErrors.Revoked);
        await ClosedAsync(eve, WsmqErrors.Revoked);
        await RefusedAsync(There, TestTokens.Issued("carol", "t3", LastHour), WsmqErrors.Revoked);
        await using var anew = await ConnectAsync(TestTokens.Issued("bob", "t4", DateTimeOffset.UtcNow.AddMinutes(1)));
        await StillTalksAsync(anew);
    }

    [Fact]
    public async Task A_connection_whose_token_has_no_issue_time_is_closed_by_any_revocation_and_may_reconnect()
    {
        var timeless = TestTokens.Issued("bob", "t1", at: null);
        await using var bob = await ConnectAsync(timeless);

        await Here.Access.RevokeUserTokensAsync("bob", DateTimeOffset.UtcNow.AddDays(-1));

        await ClosedAsync(bob, WsmqErrors.Revoked);
        await using var again = await ConnectAsync(timeless);
        await StillTalksAsync(again);
    }

    [Fact]
    public async Task A_banned_user_is_disconnected_and_refused_until_the_ban_is_lifted_and_loses_no_message()
    {
        var token = TestTokens.Issued("bob", "t1", LastHour);
        await using var bob = await ConnectAsync(token);

        await Here.Access.BanAsync("bob");

        await ClosedAsync(bob, WsmqErrors.Banned);
        foreach (var node in new[] { Here, There })
            await RefusedAsync(node, TestTokens.Issued("bob", "t2", DateTimeOffset.UtcNow), WsmqErrors.Banned);
        (await Here.Access.IsBannedAsync("bob")).Should().BeTrue();
        (await There.Access.IsBannedAsync("bob")).Should().BeTrue();
        await Here.Publisher.SendAsync(new WsmqOutgoingMessage { To = "user:bob", Body = WsmqJsonBody.Parse("1") });

        await Here.Access.UnbanAsync("bob");

        await Eventually.That("the other node knows that the ban is lifted", async () => !await There.Access.IsBannedAsync("bob"));
        await using var again = await ConnectAsync(token);
        await again.ReceivesAsync("1");
    }

    [Fact]
    public async Task A_ban_with_an_end_time_expires_and_the_user_may_connect()
    {
        await Here.Access.BanAsync("bob", DateTimeOffset.UtcNow.AddMilliseconds(300));
        await Eventually.That("the ban has expired", async () => !await There.Access.IsBannedAsync("bob"));
        await using var bob = await ConnectAsync(TestTokens.Issued("bob", "t1", LastHour));
        await StillTalksAsync(bob);
    }

    [Fact]
    public async Task A_disconnected_client_with_automatic_reconnect_reconnects_and_loses_no_message()
    {
        var lost = 0;
        await using var connection = new HubConnectionBuilder()
            .WithUrl(There.Hub, HttpTransportType.WebSockets, o => o.AccessTokenProvider = () => Task.FromResult<string?>(TestTokens.For("bob")))
            .WithAutomaticReconnect()
            .Build();
        connection.Reconnecting += _ => Task.FromResult(Interlocked.Increment(ref lost));
        var received = 0;
        connection.On<WsmqDelivery>("Receive", _ => Interlocked.Increment(ref received));
        await connection.StartAsync();
        await connection.InvokeAsync("Send", new { to = "user:eve", body = 1 });

        await Here.Access.DisconnectAsync("bob");

        await Eventually.That("the connection is closed", () => Volatile.Read(ref lost) == 1);
        await Here.Publisher.SendAsync(new WsmqOutgoingMessage { To = "user:bob", Body = WsmqJsonBody.Parse("1") });
        await Eventually.That("the message arrives", () => Volatile.Read(ref received) == 1);
    }

    [Fact]
    public async Task A_forgotten_device_is_disconnected_and_receives_everything_again_when_it_reconnects()
    {
        await Here.Publisher.SendAsync(new WsmqOutgoingMessage { To = "user:bob", Body = WsmqJsonBody.Parse("1") });
        await using (var first = await ConnectAsync(TestTokens.For("bob"), device: "phone"))
        {
            await Eventually.That("the message arrives", () => first.Received.Count == 1);
            await first.Connection.InvokeAsync("Ack", "user:bob", first.Received.Single().Position);
            (await Here.Devices.ListAsync("bob")).Select(d => d.Name).Should().Equal("phone");

            (await Here.Devices.RemoveAsync("bob", "phone")).Should().BeTrue();
            await Eventually.That("the connection is closed", () => first.Connection.State == HubConnectionState.Disconnected);
        }

        (await Here.Devices.ListAsync("bob")).Should().BeEmpty();
        await using var again = await ConnectAsync(TestTokens.For("bob"), device: "phone");
        await Eventually.That("the message is delivered again", () => again.Received.Count == 1);

        // Last: it disconnects the user as well, and the other node may hear of that later.
        (await Here.Devices.RemoveAsync("bob", "tablet")).Should().BeFalse();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_typed_client_stops_on_a_ban_or_revocation_reports_it_and_can_be_restarted_with_a_new_token(bool banned)
    {
        var token = TestTokens.Issued("bob", "t1", LastHour);
        await using var bob = await TypedClient.StartAsync(There.Hub, "bob", configure: o => o.AccessTokenProvider = _ => Task.FromResult<string?>(Volatile.Read(ref token)));
        await bob.SendAsync("user:bob", 1);
        await bob.HandlesAsync([1]);
        var error = banned ? WsmqErrors.Banned : WsmqErrors.Revoked;

        await (banned ? Here.Access.BanAsync("bob") : Here.Access.RevokeTokenAsync("t1"));

        await Eventually.That("the client has stopped", () => bob.States.Contains(WsmqClientState.Stopped));
        bob.Errors.Should().ContainSingle(e => e.Operation == WsmqClientOperation.ConnectionLost && ((WsmqException)e.Exception).Error == error);
        bob.States.Should().Equal(WsmqClientState.Connecting, WsmqClientState.Connected, WsmqClientState.Stopped);
        (await bob.Invoking(b => b.SendAsync("user:bob", 2)).Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(error);

        Volatile.Write(ref token, TestTokens.Issued("bob", "t2", LastHour));
        await Here.Access.UnbanAsync("bob");
        await There.Access.IsBannedAsync("bob");
        await bob.Client.StartAsync();
        await bob.SendAsync("user:bob", 3);
        await Eventually.That("the client handles messages again", () => bob.Handled.Contains(3));
    }

    [Fact]
    public async Task A_client_that_does_not_read_is_disconnected_by_a_ban()
    {
        await using var raw = await RawClient.ConnectAsync(There, "bob", reads: false);
        await Eventually.That("the client is accepted", () => Connections(There) == 1);
        for (var i = 0; i < 200; i++)
            await Here.Publisher.SendAsync(new WsmqOutgoingMessage { To = "user:bob", Body = WsmqJsonBody.Parse($"\"{new string('x', 100_000)}\"") });

        await Here.Access.BanAsync("bob");

        await Eventually.That("the connection is closed", () => Connections(There) == 0);
    }

    // A short write timeout: a client that does not read is disconnected soon.
    private protected static void FastLine(WsmqOptions options) => options.Delivery.SlowestLinkBitsPerSecond = 1_000_000_000;

    private Task<PlainClient> ConnectAsync(string token, string? device = null) => ConnectAsync(There, token, device);

    private static async Task<PlainClient> ConnectAsync(TestNode node, string token, string? device = null)
    {
        var client = PlainClient.Create(node.Hub, token, device);
        await client.Connection.StartAsync();

        // StartAsync completes before the server has accepted the connection; the first call waits until it has.
        await client.Connection.InvokeAsync("Send", new { to = "user:nobody" });
        return client;
    }

    private static int Connections(TestNode node) => node.Services.GetRequiredService<ConnectionRegistry>().Count;

    private static async Task ClosedAsync(PlainClient client, WsmqError error)
    {
        await Eventually.That("the server closes the connection", () => client.Closed is not null);
        WsmqError.Find(client.Closed!.Message).Should().Be(error);
    }

    private static async Task RefusedAsync(TestNode node, string token, WsmqError error)
    {
        await using var client = PlainClient.Create(node.Hub, token);
        await client.Connection.StartAsync();
        await ClosedAsync(client, error);
    }

    private static async Task StillTalksAsync(PlainClient client, string to = "user:bob")
    {
        await client.SendAsync(to, "still here");
        client.Closed.Should().BeNull();
    }
}

public sealed class SqliteAccessTests : AccessContract
{
    private readonly TempFolder _folder = new();
    private TestNode _node = null!;

    private protected override TestNode Here => _node;

    private protected override TestNode There => _node;

    public override async Task InitializeAsync() => _node = await TestNode.StartAsync(s => s.UseSqlite(_folder.File("wsmq.db")), FastLine);

    public override async Task DisposeAsync()
    {
        await _node.DisposeAsync();
        _folder.Dispose();
    }
}

public sealed class RedisAccessTests(SharedRedis redis) : AccessContract, IClassFixture<SharedRedis>
{
    private TestNode _here = null!;
    private TestNode _there = null!;

    private protected override TestNode Here => _here;

    private protected override TestNode There => _there;

    public override async Task InitializeAsync()
    {
        var prefix = redis.NextPrefix();
        _here = await TestNode.StartAsync(s => s.UseRedis(redis.Server.EndPoint, o => o.KeyPrefix = prefix), FastLine);
        _there = await TestNode.StartAsync(s => s.UseRedis(redis.Server.EndPoint, o => o.KeyPrefix = prefix), FastLine);
    }

    public override async Task DisposeAsync()
    {
        await _here.DisposeAsync();
        await _there.DisposeAsync();
    }
}
