using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Limits;

/// <summary>One row of the table of limits in docs/operations.md, and how to exceed the limit.</summary>
/// <param name="Option">The option, as named in the table.</param>
/// <param name="Code">The error code of the refusal.</param>
/// <param name="Set">Sets a small limit.</param>
/// <param name="ViolateAsync">Exceeds the limit and returns the refusal.</param>
/// <param name="AllowedAsync">A call that is allowed again after the retry time of the refusal.</param>
internal sealed record LimitCase(
    string Option,
    string Code,
    Action<WsmqOptions> Set,
    Func<TestNode, Task<WsmqException>> ViolateAsync,
    Func<TestNode, Task> AllowedAsync)
{
    /// <summary>The refusal contains a retry time.</summary>
    public bool SaysWhen { get; init; }

    /// <summary>The store enforces the limit, so it is tested on each store.</summary>
    public bool OfTheStore { get; init; }
}

internal static class LimitCases
{
    public static IReadOnlyList<LimitCase> All { get; } =
    [
        Rate("Limits.ConnectionSendsPerSecond", o => (o.Limits.ConnectionSendsPerSecond, o.Limits.ConnectionSendBurst) = (20, 5)),
        Rate("Limits.UserSendsPerSecond", o => (o.Limits.UserSendsPerSecond, o.Limits.UserSendBurst) = (20, 5)),
        new(
            "Limits.UserSendBytesPerMinute", "rate-limited",
            o => (o.Limits.UserSendBytesPerMinute, o.Limits.UserSendByteBurst) = (600 * 1024, 64 * 1024),
            node => UntilRefusedAsync(node, (alice, _) => alice.SendAsync("user:alice", new string('x', 20_000))),
            node => WithAsync(node, Works)) { SaysWhen = true },
        new(
            "Limits.UserStorePercent", "quota-exceeded", o => (o.Limits.UserStorePercent, o.Delivery.AckGrace) = (0.01, TimeSpan.Zero),
            node => UntilRefusedAsync(node, (alice, _) => alice.SendAsync("user:bob", new string('x', 20_000))),
            async node =>
            {
                await using var bob = await PlainClient.ConnectAsync(node, "bob");
                await WithAsync(node, alice => alice.SendAsync("user:bob", new string('x', 20_000)));
            }) { SaysWhen = true, OfTheStore = true },
        new(
            "Limits.UserNewAddressesPerHour", "too-many-new-addresses",
            o => (o.Limits.UserNewAddressesPerHour, o.Limits.UserNewAddressBurst) = (3_600, 2),
            node => UntilRefusedAsync(node, (alice, i) => alice.SendAsync($"user:invented{i}", 1)),
            node => WithAsync(node, alice => alice.SendAsync("user:another", 1))) { SaysWhen = true, OfTheStore = true },
        new(
            "Limits.UserProducersPerHour", "too-many-producers",
            o => (o.Limits.UserProducersPerHour, o.Limits.UserProducerBurst) = (3_600, 2),
            node => UntilRefusedAsync(node, (alice, _) => ProduceAsync(alice)), node => WithAsync(node, ProduceAsync)) { SaysWhen = true },
        new(
            "Limits.UserDelayedMessages", "too-many-delayed", o => o.Limits.UserDelayedMessages = 2,
            node => UntilRefusedAsync(node, (alice, i) => DelayAsync(alice, $"d{i}")),
            node => WithAsync(node, async alice =>
            {
                (await alice.Connection.InvokeAsync<bool>("CancelDelayed", "user:bob", "d0")).Should().BeTrue();
                await DelayAsync(alice, "more");
            })) { OfTheStore = true },
        new(
            "Limits.UserSequences", "too-many-sequences", o => o.Limits.UserSequences = 2,
            node => UntilRefusedAsync(node, (alice, i) => SequenceAsync(alice, $"p{i}", 1)),
            node => WithAsync(node, alice => SequenceAsync(alice, "p0", 2))) { OfTheStore = true },
        new(
            "Limits.UserTrackedMessages", "too-many-tracked", o => o.Limits.UserTrackedMessages = 2,
            node => UntilRefusedAsync(node, (alice, _) => TrackAsync(alice)), node => WithAsync(node, alice => alice.SendAsync("user:bob", 1)))
        {
            OfTheStore = true,
        },
        Reads("Limits.UserResumesPerSecond", (alice, _) => alice.Connection.InvokeAsync("Resume", "user:alice", Start)),
        new(
            "Limits.UserConnectsPerMinute", "too-many-connections",
            o => (o.Limits.UserConnectsPerMinute, o.Limits.UserConnectBurst) = (20, 2),
            node => UntilTurnedAwayAsync(node, keep: false), node => WithAsync(node, Works)) { SaysWhen = true },
        new(
            "Limits.ConnectionsPerUser", "too-many-connections", o => o.Limits.ConnectionsPerUser = 2,
            node => UntilTurnedAwayAsync(node, keep: true), node => WithAsync(node, Works)) { SaysWhen = true },
        new(
            "Limits.ConnectionsPerNode", "too-many-connections", o => o.Limits.ConnectionsPerNode = 2,
            node => UntilTurnedAwayAsync(node, keep: true), node => WithAsync(node, Works)) { SaysWhen = true },
        new(
            "Limits.GroupsPerUser", "too-many-groups", o => o.Limits.GroupsPerUser = 2,
            node => RefusedAsync(async i => await node.Groups.AddToGroupAsync("alice", $"g{i}")),
            async node =>
            {
                await node.Groups.AddToGroupAsync("alice", "g0");
                await node.Groups.RemoveFromGroupAsync("alice", "g1");
                await node.Groups.AddToGroupAsync("alice", "g7");
            }) { OfTheStore = true },
        new(
            "Devices.MaxPerUser", "too-many-devices", o => o.Devices.MaxPerUser = 2,
            node => UntilTurnedAwayAsync(node, keep: false, device: i => $"d{i}"),
            async node => await Works(await PlainClient.ConnectAsync(node, "alice", "d1"))) { OfTheStore = true },
        new(
            "Publish.MaxInFlightSends", "too-many-sends", o => o.Publish.MaxInFlightSends = 2,
            node => UntilRefusedAsync(node, (alice, _) => ManyAsync(alice, 64)), node => WithAsync(node, Works)),
        new(
            "Publish.MaxBodyBytes", "message-too-large", o => o.Publish.MaxBodyBytes = 1024,
            node => UntilRefusedAsync(node, (alice, _) => alice.SendAsync("user:alice", new string('x', 1025))), node => WithAsync(node, Works)),
        new(
            "Publish.MaxHeaderBytes", "message-too-large", o => o.Publish.MaxHeaderBytes = 8,
            node => UntilRefusedAsync(node, (alice, _) => alice.Connection.InvokeAsync("Send", new { to = "user:alice", headers = new { a = "12345678" } })),
            node => WithAsync(node, Works)),
        new(
            "Publish.MaxStateKeys", "too-much-state", o => o.Publish.MaxStateKeys = 2,
            node => UntilRefusedAsync(node, (alice, i) => KeepAsync(alice, $"k{i}", 1)),
            node => WithAsync(node, alice => KeepAsync(alice, "k0", 2))) { OfTheStore = true },
        new(
            "Publish.MaxStateBytes", "too-much-state", o => o.Publish.MaxStateBytes = 2_000,
            node => UntilRefusedAsync(node, (alice, i) => KeepAsync(alice, $"k{i}", new string('x', 700))),
            node => WithAsync(node, alice => KeepAsync(alice, "k0", 1))) { OfTheStore = true },
        new(
            "Delivery.MaxFilters", "too-many-filters", o => o.Delivery.MaxFilters = 1,
            node => UntilRefusedAsync(node, (alice, i) => alice.Connection.InvokeAsync("PauseReading", $"group:g{i}")),
            node => WithAsync(node, alice => alice.Connection.InvokeAsync("PauseReading", "group:g2"))),
        new(
            "Presence.MaxWatches", "too-many-watches", o => (o.Presence.IsEnabled, o.Presence.MaxWatches) = (true, 1),
            async node =>
            {
                await node.Groups.AddToGroupAsync("alice", "ops");
                return await UntilRefusedAsync(node, (alice, i) => WatchAsync(alice, i == 0 ? "user:alice" : "group:ops"));
            },
            node => WithAsync(node, alice => WatchAsync(alice, "group:ops"))),
        new(
            "Requests.MaxOpen", "too-many-sends", o => o.Requests.MaxOpen = 1,
            node => UntilRefusedAsync(node, (alice, i) => AskAsync(alice, i, credit: 8)), node => WithAsync(node, Works)),
        new(
            "Requests.MaxWaiting", "responder-busy", o => o.Requests.MaxWaiting = 0,
            node => UntilRefusedAsync(node, (alice, i) => AskAsync(alice, i, credit: 1)), node => WithAsync(node, Works)),
        new(
            "Publish.QueueBytes", "server-busy", o => o.Publish.QueueBytes = 1024 * 1024,
            async node => (await node.Publisher.SendManyAsync([.. Enumerable.Range(0, 64).Select(_ => Large())]))
                .Select(r => r.Exception).OfType<WsmqException>().First(),
            node => node.Publisher.SendAsync(Large())),
    ];

    private const string Start = "0000000000000000";

    // The first request is never answered, and open until the connection ends.
    private static async Task AskAsync(PlainClient client, int number, int credit)
    {
        if (number == 0)
            await client.Connection.InvokeAsync("Respond", "user:alice", null, credit);
        var asked = client.Connection.InvokeAsync<WsmqReply>("Request", new { to = "user:alice" }, 60_000);
        if (number > 0)
            await asked;
        else
            _ = asked.ContinueWith(t => t.Exception, TaskScheduler.Default);
    }

    private static Task KeepAsync(PlainClient client, string key, object body) =>
        client.Connection.InvokeAsync("Send", new { to = "user:alice", stateKey = key, body });

    private static Task WatchAsync(PlainClient client, string address) =>
        client.Connection.InvokeAsync<WsmqPresenceState>("WatchPresence", address);

    private static LimitCase Rate(string option, Action<WsmqOptions> set) => new(
        option, "rate-limited", set, node => UntilRefusedAsync(node, (alice, _) => ManyAsync(alice, 50)), node => WithAsync(node, Works)) { SaysWhen = true };

    public static LimitCase Reads(string option, Func<PlainClient, int, Task> call) => new(
        option, "too-many-resumes", o => (o.Limits.UserResumesPerSecond, o.Limits.UserResumeBurst) = (1, 3),
        node => UntilRefusedAsync(node, call),
        node => WithAsync(node, alice => alice.Connection.InvokeAsync("Resume", "user:alice", Start))) { SaysWhen = true };

    private static async Task ProduceAsync(PlainClient client)
    {
        await foreach (var _ in client.Connection.StreamAsync<WsmqItemResult[]>("Produce", "p", 1, Nothing()))
        {
        }

        static async IAsyncEnumerable<object[]> Nothing()
        {
            await Task.CompletedTask;
            yield break;
        }
    }

    private static Task<WsmqReceipt> DelayAsync(PlainClient client, string id) =>
        client.Connection.InvokeAsync<WsmqReceipt>("Send", new { to = "user:bob", id, delay = 3_600_000 });

    private static Task<WsmqReceipt> SequenceAsync(PlainClient client, string producer, int seq) =>
        client.Connection.InvokeAsync<WsmqReceipt>("Send", new { to = "user:bob", producer, epoch = 1, seq });

    private static Task<WsmqReceipt> TrackAsync(PlainClient client) =>
        client.Connection.InvokeAsync<WsmqReceipt>("Send", new { to = "user:bob", track = true });

    private static WsmqOutgoingMessage Large() => new() { To = "user:alice", Data = new byte[250_000] };

    private static async Task Works(PlainClient client)
    {
        await using (client)
            await client.SendAsync("user:alice", "works");
    }

    private static async Task WithAsync(TestNode node, Func<PlainClient, Task> act)
    {
        await using var alice = await PlainClient.ConnectAsync(node, "alice");
        await act(alice);
    }

    /// <summary>Sends many messages in one call and throws the first refusal.</summary>
    private static async Task ManyAsync(PlainClient client, int count)
    {
        var messages = Enumerable.Range(0, count).Select(i => new { to = "user:alice", body = i });
        var refused = (await client.Connection.InvokeAsync<WsmqItemResult[]>("SendMany", messages)).FirstOrDefault(r => r.Error is not null);
        if (refused is null)
            return;
        (refused.RetryAfter is { } time ? TimeSpan.FromMilliseconds(time) : (TimeSpan?)null)
            .Should().Be(WsmqError.FindRetryAfter(refused.Error), "the field and the text agree");
        throw new HubException(refused.Error);
    }

    private static async Task<WsmqException> UntilRefusedAsync(TestNode node, Func<PlainClient, int, Task> act)
    {
        await using var alice = await PlainClient.ConnectAsync(node, "alice");
        return await RefusedAsync(i => act(alice, i));
    }

    private static async Task<WsmqException> RefusedAsync(Func<int, Task> act)
    {
        for (var i = 0; i < 10_000; i++)
        {
            if (await Record.ExceptionAsync(() => act(i)) is { } refused)
                return refused as WsmqException ?? WsmqException.From(refused)!;
        }

        throw new Xunit.Sdk.XunitException("Nothing was refused.");
    }

    private static async Task<WsmqException> UntilTurnedAwayAsync(TestNode node, bool keep, Func<int, string>? device = null)
    {
        var open = new List<PlainClient>();
        try
        {
            for (var i = 0; i < 100; i++)
            {
                var client = await PlainClient.ConnectAsync(node, "alice", device?.Invoke(i));
                if (await Record.ExceptionAsync(() => client.SendAsync("user:alice", i)) is null && client.Closed is null)
                {
                    if (keep)
                        open.Add(client);
                    else
                        await client.DisposeAsync();
                    continue;
                }

                await Eventually.That("it is closed", () => client.Closed is not null);
                return WsmqException.From(client.Closed!)!;
            }
        }
        finally
        {
            foreach (var client in open)
                await client.DisposeAsync();
        }

        throw new Xunit.Sdk.XunitException("No connection was refused.");
    }
}
