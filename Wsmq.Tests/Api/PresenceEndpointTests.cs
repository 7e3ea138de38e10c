using Microsoft.Extensions.DependencyInjection;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Api;

/// <summary><c>GET /presence</c>: several users in one request.</summary>
public sealed class PresenceEndpointTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private TestNode _node = null!;
    private HttpCaller _alice = null!;

    public async Task InitializeAsync()
    {
        _node = await HttpCaller.StartNodeAsync(
            s => s.UseSqlite(_folder.File("wsmq.db")), services: b => b.Services.AddSingleton<IWsmqAuthorizer>(new Friends()));
        _alice = HttpCaller.Of(_node, "alice");
    }

    public async Task DisposeAsync()
    {
        _alice.Dispose();
        await _node.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Users_are_told_in_the_order_of_the_request_also_those_that_it_names_twice()
    {
        await using var bob = await PlainClient.ConnectAsync(_node, "bob", "phone");

        await Eventually.That("bob is online", async () => (await _alice.GetAsync("/presence?user=bob")).Text.Contains("online", StringComparison.Ordinal));
        var answer = await _alice.GetAsync("/presence?user=carol&user=bob&user=carol");

        answer.Status.Should().Be(200);
        answer.Json.EnumerateArray().Select(u => $"{u.GetProperty("user")} {u.GetProperty("status")}").Should()
            .Equal("carol offline", "bob online", "carol offline");
        answer.Json[1].GetProperty("devices")[0].GetProperty("device").GetString().Should().Be("phone");
    }

    [Fact]
    public async Task One_user_who_may_not_be_seen_refuses_the_request_and_so_do_malformed_ones()
    {
        (await _alice.GetAsync("/presence?user=alice")).Status.Should().Be(200);
        (await _alice.GetAsync("/presence?user=bob&user=stranger")).Code.Should().Be("presence-not-allowed");
        (await _alice.GetAsync("/presence?user=")).Code.Should().Be("invalid-name");
        (await _alice.GetAsync("/presence")).Code.Should().Be("invalid-message");
        (await _alice.GetAsync($"/presence?{string.Join('&', Enumerable.Repeat("user=bob", 201))}")).Code.Should().Be("invalid-message");
    }

    private sealed class Friends : IWsmqAuthorizer
    {
        public ValueTask<bool> CanSendAsync(WsmqCaller caller, WsmqAddress to, CancellationToken cancellationToken) => new(false);

        public ValueTask<bool> CanReadAsync(WsmqCaller caller, WsmqAddress source, CancellationToken cancellationToken) => new(true);

        public ValueTask<bool?> CanSeePresenceAsync(WsmqCaller caller, WsmqAddress address, CancellationToken cancellationToken) =>
            new(address.Name is "bob" or "carol" ? true : null);
    }
}
