using System.Diagnostics;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Tests.Support;
using Xunit.Abstractions;

namespace Wsmq.Tests.Sessions;

/// <summary>A member of many groups connects: calls are served at once, and the groups are opened concurrently.</summary>
[Collection(SharedRedis.Name)]
public sealed class ManyGroupsTests(SharedRedis redis, ITestOutputHelper output) : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Calls_are_served_while_the_groups_are_still_being_opened()
    {
        var authorizer = new GatedReads();
        await using var node = await StartAsync(authorizer);
        await node.Groups.AddToGroupAsync("bob", "ops");
        var stored = await node.Publisher.SendAsync(WsmqAddress.Group("ops"), "group");
        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        await Eventually.That("the authorizer is queried about the group", () => authorizer.Waiting == 1);

        await bob.SendAsync("user:bob", "own");
        await bob.ReceivesAsync("\"own\"");
        var resume = bob.Connection.InvokeAsync("Resume", "group:ops", stored.Position);
        var ack = bob.Connection.InvokeAsync("Ack", "group:ops", stored.Position);
        var other = await Record.ExceptionAsync(() => bob.Connection.InvokeAsync("Resume", "user:carol", stored.Position));

        other.Should().NotBeNull("a call for another user's address does not wait for the groups");
        resume.IsCompleted.Should().BeFalse();
        ack.IsCompleted.Should().BeFalse();
        authorizer.Open();
        await resume;
        await ack;
        await node.Publisher.SendAsync(WsmqAddress.Group("ops"), "next");
        await Eventually.That("the group is read", () => bob.Bodies.Contains("\"next\""));
    }

    [Fact]
    public async Task A_call_for_a_group_that_is_not_opened_in_time_fails_as_retryable()
    {
        var authorizer = new GatedReads();
        await using var node = await StartAsync(authorizer, o => o.Publish.SendTimeout = TimeSpan.FromMilliseconds(200));
        await node.Groups.AddToGroupAsync("bob", "ops");
        await using var bob = await PlainClient.ConnectAsync(node, "bob");

        var refused = await Record.ExceptionAsync(() => bob.Connection.InvokeAsync("Resume", "group:ops", WsmqPosition.Start.ToString()));

        WsmqError.Find(refused!.Message).Should().Be(WsmqErrors.StoreUnavailable);
        authorizer.Open();
    }

    [Fact]
    public async Task Groups_are_opened_concurrently_64_at_a_time_and_all_are_read()
    {
        var authorizer = new GatedReads();
        await using var node = await StartAsync(authorizer);
        for (var i = 0; i < 100; i++)
            await node.Groups.AddToGroupAsync("bob", $"g{i}");
        await using var bob = await PlainClient.ConnectAsync(node, "bob");

        await Eventually.That("the authorizer is queried about 64 groups at a time", () => authorizer.Waiting == 64);
        authorizer.Open();

        for (var i = 0; i < 100; i++)
            await node.Publisher.SendAsync(WsmqAddress.Group($"g{i}"), i);
        await Eventually.That("each group is read", () => bob.Received.Select(d => d.Source).Distinct().Count() == 100);
    }

    [Fact]
    public async Task A_connection_that_ends_while_its_groups_are_being_opened_leaves_no_feed_open()
    {
        var authorizer = new GatedReads();
        await using var node = await StartAsync(authorizer);
        for (var i = 0; i < 100; i++)
            await node.Groups.AddToGroupAsync("bob", $"g{i}");
        await using (await PlainClient.ConnectAsync(node, "bob"))
            await Eventually.That("the authorizer is queried about some groups", () => authorizer.Waiting == 64);

        var feeds = node.Services.GetRequiredService<Server.Feeds.FeedRegistry>();
        await Eventually.That("no feed is open", () => feeds.Count == 0);
        authorizer.Open();
    }

    [Fact]
    public async Task A_thousand_groups_are_opened_and_joined_concurrently_over_a_Redis_link_with_latency()
    {
        const int Groups = 1_000;
        var prefix = redis.NextPrefix();
        await using var line = new TcpProxy(redis.Server.Uri);
        line.Conditions.Latency = TimeSpan.FromMilliseconds(10);
        await using var near = await TestNode.StartAsync(s => s.UseRedis(redis.Server.EndPoint, o => o.KeyPrefix = prefix));
        // A call for a group waits for the groups for at most the send timeout.
        await using var far = await TestNode.StartAsync(
            s => s.UseRedis($"127.0.0.1:{line.Port}", o => o.KeyPrefix = prefix), o => o.Publish.SendTimeout = TimeSpan.FromMinutes(1));
        await Task.WhenAll(Enumerable.Range(0, Groups).Select(i => near.Groups.AddToGroupAsync("bob", $"g{i}")));

        var (watch, before) = (Stopwatch.StartNew(), line.Conditions.RoundTrips);
        await using var bob = await PlainClient.ConnectAsync(far, "bob");
        await bob.SendAsync("user:carol", 1);
        Passed("first receipt").Should().BeLessThan(Groups / 4, "it does not wait for the groups");

        // A call for a group is answered once all groups are read.
        var last = await near.Publisher.SendAsync(WsmqAddress.Group($"g{Groups - 1}"), "last");
        await bob.Connection.InvokeAsync("Ack", $"group:g{Groups - 1}", last.Position);
        Passed("all groups read").Should().BeLessThan(Groups, "they are opened concurrently");

        await redis.Server.HasChannelsAsync($"{prefix}:live:*:group:*", Groups);
        Passed("all live groups joined").Should().BeLessThan(Groups, "they are joined concurrently");

        await Task.WhenAll(Enumerable.Range(0, Groups).Select(i => near.Publisher.SendAsync(WsmqAddress.Group($"g{i}"), i)));
        await Eventually.That("a message of each group arrives", () => bob.Received.Select(d => d.Source).Distinct().Count() == Groups);

        long Passed(string what)
        {
            var trips = line.Conditions.RoundTrips - before;
            output.WriteLine($"{what} after {watch.Elapsed.TotalSeconds:0.00} s, {trips} sequential round trips");
            return trips;
        }
    }

    private Task<TestNode> StartAsync(IWsmqAuthorizer authorizer, Action<WsmqOptions>? options = null) => TestNode.StartAsync(
        s => s.UseSqlite(_folder.File("wsmq.db")), options, b => b.Services.AddSingleton(authorizer));

    private sealed class GatedReads : IWsmqAuthorizer
    {
        private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _waiting;

        public int Waiting => Volatile.Read(ref _waiting);

        public void Open() => _open.TrySetResult();

        public ValueTask<bool> CanSendAsync(WsmqCaller caller, WsmqAddress to, CancellationToken cancellationToken) => new(true);

        public async ValueTask<bool> CanReadAsync(WsmqCaller caller, WsmqAddress source, CancellationToken cancellationToken)
        {
            if (source.Kind != WsmqAddressKind.Group)
                return true;
            Interlocked.Increment(ref _waiting);
            await _open.Task.WaitAsync(cancellationToken);
            return true;
        }
    }
}
