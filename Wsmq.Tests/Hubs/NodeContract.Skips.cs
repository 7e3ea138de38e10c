using Microsoft.AspNetCore.SignalR.Client;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Hubs;

// What is not for a connection is passed without being sent: it is no gap, and the cursor moves over it.
public abstract partial class NodeContract
{
    private const string Held = "&hold=true";
    private const string Told = "&skips=true";

    [Fact]
    public async Task A_filter_set_before_the_deliveries_begin_holds_from_the_first_message_on()
    {
        var node = await StartAsync();
        var sent = await PublishTypesAsync(node, "user:bob", "a", "b", "b", "a", "b", "a");
        await using var bob = await PlainClient.ConnectAsync(node, "bob", query: Held);
        await FilterAsync(bob, "user:bob", new { types = new[] { "a" } });
        bob.Received.Should().BeEmpty();

        await bob.Connection.InvokeAsync("BeginReading");

        await bob.ReceivesAsync("0", "3", "5");
        bob.Received.Select(d => d.Previous).Should().Equal([Zeros, sent[0].Position, sent[3].Position], "each names the one before it");
        bob.Gaps.Should().BeEmpty();
        await CursorIsKnownAsync(node, "bob", sent[5].Position);
    }

    [Fact]
    public async Task Every_condition_of_a_filter_has_to_be_met_and_none_selects_everything()
    {
        var node = await StartAsync();
        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        await FilterAsync(bob, "user:bob", new { types = new[] { "x", "order-*" }, headers = new { area = "Ö", level = "1" } });
        var both = new Dictionary<string, string> { ["level"] = "1", ["area"] = "Ö", ["more"] = "" };
        await node.Publisher.SendManyAsync(
        [
            Message("user:bob", 0) with { Type = "order-paid", Headers = both },
            Message("user:bob", 1) with { Type = "orders", Headers = both },
            Message("user:bob", 2) with { Type = "order-paid", Headers = new Dictionary<string, string> { ["level"] = "1", ["area"] = "o" } },
            Message("user:bob", 3) with { Type = "x" },
            Message("user:bob", 4) with { Headers = both },
            Message("user:bob", 5) with { Type = "x", Headers = both, Body = null, Data = new byte[] { 1 } },
        ]);
        await Eventually.That("two arrive", () => bob.Received.Count == 2);

        await FilterAsync(bob, "user:bob", null);
        await PublishAsync(node, "user:bob", 6, 1);

        await Eventually.That("all arrive again", () => bob.Received.Count == 3);
        bob.Received.Select(d => d.Id).Should().Equal("m0", "m5", "m6");
        bob.Gaps.Should().BeEmpty();
    }

    [Fact]
    public async Task The_cursor_moves_over_what_was_skipped_although_nothing_follows_and_who_asked_is_told()
    {
        var node = await StartAsync(o => o.Delivery.StallAfter = TimeSpan.FromSeconds(1));
        await using var bob = await PlainClient.ConnectAsync(node, "bob", query: Held + Told);
        await FilterAsync(bob, "user:bob", new { types = new[] { "a" } });
        await bob.Connection.InvokeAsync("BeginReading");
        var first = await PublishTypesAsync(node, "user:bob", "b", "b");
        await CursorIsKnownAsync(node, "bob", first[1].Position);
        await Eventually.That("the client is told", () => bob.Skips.Count > 0);

        var more = await PublishTypesAsync(node, "user:bob", "a", "b");
        await bob.ReceivesAsync("0");
        await CursorIsKnownAsync(node, "bob", more[1].Position);
        await Eventually.That("the client is told again", () => bob.Skips[^1].Through == more[1].Position);

        bob.Skips[0].After.Should().Be(Zeros);
        bob.Skips[^1].Should().Be(("user:bob", more[0].Position, more[1].Position));
        bob.Received[0].Previous.Should().Be(first[1].Position, "the client knows that it has skipped the others");
        bob.Gaps.Should().BeEmpty();
    }

    [Fact]
    public async Task A_connection_that_acknowledges_nothing_keeps_its_cursor_before_what_it_got_and_an_ack_moves_it_over_what_was_skipped()
    {
        var node = await StartAsync(o => o.Delivery.StallAfter = TimeSpan.FromSeconds(1));
        await using var bob = await PlainClient.ConnectAsync(node, "bob", ack: false, query: Held + Told);
        await FilterAsync(bob, "user:bob", new { types = new[] { "a" } });
        await bob.Connection.InvokeAsync("BeginReading");
        var sent = await PublishTypesAsync(node, "user:bob", "b", "a", "b", "a", "b");
        await Eventually.That("the end of the skip is told", () => bob.Skips.Any(s => s.Through == sent[4].Position));
        await CursorIsKnownAsync(node, "bob", sent[0].Position);

        await bob.Connection.InvokeAsync("Ack", "user:bob", sent[1].Position);
        await CursorIsKnownAsync(node, "bob", sent[2].Position);

        await bob.Connection.InvokeAsync("Ack", "user:bob", sent[3].Position);
        await CursorIsKnownAsync(node, "bob", sent[4].Position);
    }

    [Fact]
    public async Task Attempts_at_a_message_behind_skipped_ones_are_counted()
    {
        var node = await StartAsync(o => o.DeadLetters.MaxAttempts = 2);
        await using var bob = await PlainClient.ConnectAsync(node, "bob", ack: false, query: Held);
        await FilterAsync(bob, "user:bob", new { types = new[] { "a" } });
        await bob.Connection.InvokeAsync("BeginReading");
        await PublishTypesAsync(node, "user:bob", "b", "b", "a", "b", "a");
        await bob.ReceivesAsync("2", "4");

        (await NackAsync(bob, bob.Received[0])).Should().Be(1);
        (await NackAsync(bob, bob.Received[0])).Should().Be(2);
        await HasDeadLetteredAsync(bob, 1);
        (await NackAsync(bob, bob.Received[1])).Should().Be(1);
    }

    [Fact]
    public async Task Members_of_a_group_with_and_without_filters_get_theirs_and_state_is_filtered_as_well()
    {
        var node = await StartAsync();
        foreach (var user in new[] { "alice", "bob", "carol" })
            await node.Groups.AddToGroupAsync(user, "ops");
        await node.Publisher.SendManyAsync([.. Enumerable.Range(0, 4).Select(i => State("group:ops", $"k{i}", i) with { Type = i % 2 == 0 ? "a" : "b" })]);
        await node.Groups.RemoveFromGroupAsync("bob", "ops");
        await node.Groups.AddToGroupAsync("bob", "ops");
        await using var alice = await PlainClient.ConnectAsync(node, "alice", query: "&batch=true");
        await using var bob = await PlainClient.ConnectAsync(node, "bob", state: true, query: Held);
        await using var carol = await PlainClient.ConnectAsync(node, "carol", query: Held);
        await FilterAsync(bob, "group:ops", new { types = new[] { "a" } });
        await FilterAsync(carol, "group:ops", new { types = new[] { "b" } });
        foreach (var client in new[] { bob, carol })
            await client.Connection.InvokeAsync("BeginReading");

        await PublishTypesAsync(node, "group:ops", "a", "b", "b", "a", "b");

        await bob.ReceivesAsync("0", "3");
        await carol.ReceivesAsync("1", "3", "1", "2", "4");
        bob.State.Single(s => s.Source == "group:ops").Texts.Should().Equal("k0=0", "k2=2");
        foreach (var client in new[] { bob, carol })
            client.Gaps.Should().BeEmpty();
    }

    [Fact]
    public async Task A_filter_for_a_group_that_is_joined_later_holds_from_its_first_message_on()
    {
        var node = await StartAsync();
        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        await FilterAsync(bob, "group:ops", new { types = new[] { "a" } });
        await node.Groups.AddToGroupAsync("bob", "ops");

        await PublishTypesAsync(node, "group:ops", "b", "a", "b", "a");

        await bob.ReceivesAsync("1", "3");
    }

    [Fact]
    public async Task A_paused_source_is_not_delivered_others_are_and_it_goes_on_where_it_was()
    {
        var node = await StartAsync();
        await node.Groups.AddToGroupAsync("bob", "ops");
        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        await PublishAsync(node, "user:bob", 0, 1);
        await bob.ReceivesAsync("0");
        await bob.Connection.InvokeAsync("PauseReading", "user:bob");
        await PublishAsync(node, "user:bob", 1, 300);
        await PublishAsync(node, "group:ops", 1000, 1);
        await bob.ReceivesAsync("0", "1000");

        await bob.Connection.InvokeAsync("ResumeReading", "user:bob");

        await bob.ReceivesAsync(["0", "1000", .. Numbers(1, 300)]);
        bob.Gaps.Should().BeEmpty();

        // A pause is of its connection.
        await bob.Connection.InvokeAsync("PauseReading", "user:bob");
        await using var again = await PlainClient.ConnectAsync(node, "bob");
        await PublishAsync(node, "user:bob", 301, 1);
        await Eventually.That("another connection gets it", () => again.Bodies.Contains("301"));
        bob.Bodies.Should().NotContain("301");
    }

    [Fact]
    public async Task Resume_goes_back_within_a_filter_and_to_what_was_skipped_without_it()
    {
        var node = await StartAsync();
        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        await FilterAsync(bob, "user:bob", new { types = new[] { "a" } });
        await PublishTypesAsync(node, "user:bob", "a", "b", "a");
        await bob.ReceivesAsync("0", "2");
        await bob.Connection.InvokeAsync("Resume", "user:bob", bob.Received[0].Position);
        await bob.ReceivesAsync("0", "2", "2");
        bob.Received[2].Previous.Should().Be(bob.Received[0].Position);

        await FilterAsync(bob, "user:bob", null);
        await bob.Connection.InvokeAsync("Resume", "user:bob", bob.Received[0].Position);

        await bob.ReceivesAsync("0", "2", "2", "1", "2");
        bob.Gaps.Should().BeEmpty();
    }

    [Fact]
    public async Task Expired_messages_that_a_filter_leaves_out_are_no_gap_and_others_are()
    {
        var node = await StartAsync();
        var first = await PublishTypesAsync(node, "user:bob", "a");
        var expired = await node.Publisher.SendManyAsync(
            [.. Enumerable.Range(1, 4).Select(i => Message("user:bob", i) with { Type = i < 4 ? "b" : "a", TimeToLive = Brief })]);
        await PublishTypesAsync(node, "user:bob", "b", "a");
        await IsOverAsync(node, expired[^1].Receipt!);
        await using var bob = await PlainClient.ConnectAsync(node, "bob", query: Held);
        await FilterAsync(bob, "user:bob", new { types = new[] { "b" } });
        await using var laptop = await PlainClient.ConnectAsync(node, "bob", "laptop", query: Held);
        await FilterAsync(laptop, "user:bob", new { types = new[] { "a" } });
        foreach (var client in new[] { bob, laptop })
            await client.Connection.InvokeAsync("BeginReading");

        await bob.ReceivesAsync("0");
        await laptop.ReceivesAsync("0", "1");
        bob.Gaps.Should().ContainSingle().Which.Reason.Should().Be(WsmqGapReasons.Expired);
        laptop.Gaps.Should().ContainSingle().Which.Should().BeEquivalentTo(
            new { After = first[0].Position, Before = After(expired[^1].Receipt!), Reason = WsmqGapReasons.Expired });
    }

    [Fact]
    public async Task Filters_are_refused_that_are_malformed_too_large_too_many_or_of_sources_that_cannot_be_read()
    {
        var node = await StartAsync(o => (o.Delivery.MaxFilters, o.Delivery.MaxFilterBytes) = (2, 64));
        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        object[] malformed =
        [
            new { types = Array.Empty<string>() }, new { types = new[] { "" } }, new { types = new[] { (string?)null } }, new { types = "a" },
            new { headers = new { a = 1 } }, new { types = new[] { new string('x', 65) } }, 5,
        ];
        foreach (var filter in malformed)
            await RefusedAsync(bob, WsmqErrors.InvalidMessage, "SetFilter", "user:bob", filter);
        await RefusedAsync(bob, WsmqErrors.ReadNotAllowed, "SetFilter", "user:alice", null);
        await RefusedAsync(bob, WsmqErrors.ReadNotAllowed, "PauseReading", "work:jobs");
        await RefusedAsync(bob, WsmqErrors.InvalidAddress, "ResumeReading", "bob");

        await FilterAsync(bob, "group:a", new { types = new[] { "a" } });
        await bob.Connection.InvokeAsync("PauseReading", "group:a");
        await bob.Connection.InvokeAsync("PauseReading", "group:b");
        await RefusedAsync(bob, WsmqErrors.TooManyFilters, "SetFilter", "user:bob", new { types = new[] { "a" } });
        await FilterAsync(bob, "user:bob", new { });
        await bob.Connection.InvokeAsync("ResumeReading", "group:b");
        await FilterAsync(bob, "user:bob", new { types = new[] { "a" } });

        await PublishTypesAsync(node, "user:bob", "b", "a");
        await bob.ReceivesAsync("1");
    }

    [Fact]
    public async Task A_filter_of_all_other_sources_holds_for_groups_that_are_joined_later_and_not_for_sources_with_one_of_their_own()
    {
        var node = await StartAsync(o => o.Delivery.MaxFilters = 2);
        await using var bob = await PlainClient.ConnectAsync(node, "bob", query: Held);
        await FilterAsync(bob, "*", new { types = new[] { "a" } });
        await FilterAsync(bob, "user:bob", new { types = new[] { "b" } });
        await RefusedAsync(bob, WsmqErrors.TooManyFilters, "PauseReading", "group:ops");
        await RefusedAsync(bob, WsmqErrors.InvalidMessage, "SetFilter", "*", new { types = Array.Empty<string>() });
        await RefusedAsync(bob, WsmqErrors.InvalidAddress, "PauseReading", "*");
        await bob.Connection.InvokeAsync("BeginReading");
        await node.Groups.AddToGroupAsync("bob", "ops");
        await PublishTypesAsync(node, "user:bob", "a", "b");
        await bob.ReceivesAsync("1");
        await PublishTypesAsync(node, "group:ops", "b", "b", "b", "a");
        await bob.ReceivesAsync("1", "3");

        await FilterAsync(bob, "*", null);
        await PublishTypesAsync(node, "group:ops", "b");
        await bob.ReceivesAsync("1", "3", "0");
        bob.Gaps.Should().BeEmpty();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Whatever_is_filtered_a_client_gets_what_matches_in_order_without_a_gap_and_its_cursor_reaches_the_tail(int seed)
    {
        var random = new Random(seed);
        var node = await StartAsync(o => (o.Delivery.StallAfter, o.Delivery.MaxInFlightMessages, o.Delivery.CachedEntriesPerAddress) =
            (TimeSpan.FromSeconds(1), random.Next(1, 40), random.Next(0, 100)));
        var clients = new List<(PlainClient Client, int Device, HashSet<string> Types)>();
        for (var device = 0; device < 3; device++)
        {
            var types = Enumerable.Range(0, 4).Where(_ => random.Next(2) == 0).Select(t => $"t{t}").ToHashSet();
            var query = Held + (random.Next(2) == 0 ? Told : "") + (random.Next(2) == 0 ? "&batch=true" : "");
            var client = await PlainClient.ConnectAsync(node, "bob", $"d{device}", query: query);
            clients.Add((client, device, types));
            if (types.Count > 0)
                await FilterAsync(client, "user:bob", new { types });
        }

        var sent = new List<(int Number, string Type)>();
        WsmqReceipt? last = null;
        for (var part = 0; part < 12; part++)
        {
            if (part == 4)
                await Task.WhenAll(clients.Select(c => c.Client.Connection.InvokeAsync("BeginReading")));
            var (first, count) = (sent.Count, random.Next(1, 90));
            var types = Enumerable.Range(0, count).Select(_ => $"t{random.Next(4)}").ToArray();
            var results = await node.Publisher.SendManyAsync(
                [.. types.Select((type, i) => Message("user:bob", first + i) with { Type = type })]);
            sent.AddRange(types.Select((type, i) => (first + i, type)));
            last = results[^1].Receipt;
        }

        foreach (var (client, device, types) in clients)
        {
            var expected = sent.Where(m => types.Count == 0 || types.Contains(m.Type)).Select(m => $"{m.Number}").ToArray();
            await Eventually.That($"device {device} of seed {seed} has all", () => client.Received.Count >= expected.Length);
            client.Bodies.Should().Equal(expected);
            client.Gaps.Should().BeEmpty();
        }

        await CursorIsKnownAsync(node, "bob", last!.Position);
        foreach (var (client, _, _) in clients)
        {
            IsConnected(client).Should().BeTrue();
            await client.DisposeAsync();
        }
    }

    // Each delivery names what the client knew before it: the delivery before, or the end of a skip that it was told of.
    private static bool IsConnected(PlainClient client)
    {
        var known = client.Received.Select(d => d.Position).Concat(client.Skips.Select(s => s.Through)).Append(Zeros).ToHashSet();
        return client.Received.All(d => known.Contains(d.Previous)) && client.Received.Zip(client.Received.Skip(1))
            .All(pair => string.CompareOrdinal(pair.Second.Previous, pair.First.Position) >= 0);
    }

    private static Task FilterAsync(PlainClient client, string source, object? filter) =>
        client.Connection.InvokeAsync("SetFilter", source, filter);

    private static async Task<WsmqReceipt[]> PublishTypesAsync(TestNode node, string to, params string[] types)
    {
        var results = await node.Publisher.SendManyAsync(
            [.. types.Select((type, i) => Message(to, i) with { Id = null, Type = type })]);
        return [.. results.Select(r => r.Receipt!)];
    }
}
