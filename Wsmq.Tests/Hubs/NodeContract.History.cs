using System.Text.RegularExpressions;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Hubs;

// What a log still has, read by range, sender, type and time.
public abstract partial class NodeContract
{
    private const string BobsQueue = "user:bob";

    [Fact]
    public async Task History_is_what_a_filter_over_all_entries_finds_in_both_directions_and_in_pages_of_any_size()
    {
        var node = await StartAsync();
        await using var bob = await PlainClient.ConnectAsync(node, "bob", ack: false);
        var all = await FillAsync(node, bob);
        var random = new Random(20261130);

        for (var i = 0; i < 60; i++)
        {
            var query = NextQuery(random, all);

            var found = await AllAsync(bob, BobsQueue, query);

            found.Select(d => d.Id).Should().Equal(Expected(all, query).Select(d => d.Id), $"query {i} is {query}");
            found.Where(d => d.Previous != PreviousOf(all, d)).Should().BeEmpty($"query {i} is {query}");
        }

        (await node.Services.GetRequiredService<IWsmqDevices>().ListAsync("bob")).Should().ContainSingle("a history registers no device");
    }

    [Fact]
    public async Task History_has_all_fields_of_a_delivery_and_affects_no_delivery()
    {
        var node = await StartAsync();
        await using (var carol = await PlainClient.ConnectAsync(node, "carol"))
        {
            await carol.Connection.InvokeAsync<WsmqReceipt>("Send", new
            {
                to = BobsQueue, id = "m", type = "chat", body = new { text = "é\u2028\"" }, headers = new Dictionary<string, string> { ["h"] = "ü" },
                correlationId = "c", replyTo = "user:carol", timeToLive = 3_600_000,
            });
            await carol.Connection.InvokeAsync<WsmqReceipt>(
                "Send", new { to = BobsQueue, data = new byte[] { 1, 0, 30 }, contentType = "x/y", stateKey = "k" });
        }

        await using var bob = await PlainClient.ConnectAsync(node, "bob", ack: false);
        await Eventually.That("both are delivered", () => bob.Received.Count == 2);

        var page = await HistoryAsync(bob, BobsQueue, null);

        page.Entries.Should().BeEquivalentTo(bob.Received, o => o.WithStrictOrdering().ComparingByMembers<WsmqDelivery>()
            .Excluding(d => d.Body).Excluding(d => d.Data));
        page.Entries[0].Body.ToString().Should().Be(bob.Received[0].Body.ToString());
        page.Entries[1].Data!.Value.ToArray().Should().Equal(1, 0, 30);
        (page.Next, page.Tail.ToString(), page.Damaged).Should().Be((null, bob.Received[1].Position, 0));
        await bob.Connection.InvokeAsync("Ack", BobsQueue, bob.Received[1].Position);
        (await node.Services.GetRequiredService<IWsmqLogs>().FindAsync(WsmqAddress.User("bob"))).Cursors.Should().ContainSingle()
            .Which.Position.Should().Be(page.Tail);
    }

    [Fact]
    public async Task A_member_gets_the_history_of_a_group_since_it_joined_for_the_last_time()
    {
        var node = await StartAsync();
        await using var bob = await PlainClient.ConnectAsync(node, "bob", ack: false);
        await PublishAsync(node, "group:ops", 0, 2);
        (await ErrorAsync(() => HistoryAsync(bob, "group:ops", null))).Should().Be(WsmqErrors.HistoryNotAllowed);

        await node.Groups.AddToGroupAsync("bob", "ops");
        var seen = await PublishAsync(node, "group:ops", 2, 2);
        (await BodiesAsync(bob, "group:ops", new { newest = true })).Should().Equal("3", "2");
        (await BodiesAsync(bob, "group:ops", new { after = Zeros, from = 0 })).Should().Equal("2", "3");

        await node.Groups.RemoveFromGroupAsync("bob", "ops");
        (await ErrorAsync(() => HistoryAsync(bob, "group:ops", null))).Should().Be(WsmqErrors.HistoryNotAllowed);
        await PublishAsync(node, "group:ops", 4, 2);
        await node.Groups.AddToGroupAsync("bob", "ops");
        await PublishAsync(node, "group:ops", 6, 1);
        (await BodiesAsync(bob, "group:ops", new { after = seen[0].Position })).Should().Equal("6");
        (await BodiesAsync(bob, "group:ops", new { before = seen[1].Position, newest = true })).Should().BeEmpty();
    }

    [Fact]
    public async Task What_has_expired_or_waits_for_its_time_is_not_in_the_history()
    {
        var node = await StartAsync();
        await PublishAsync(node, BobsQueue, 0, 1);
        var expired = await PublishAsync(node, BobsQueue, 1, 1, Brief);
        await node.Publisher.SendAsync(new WsmqOutgoingMessage { To = BobsQueue, Body = WsmqJsonBody.Parse("2"), Delay = TimeSpan.FromHours(1) });
        await PublishAsync(node, BobsQueue, 3, 1, TimeSpan.FromHours(1));
        await IsOverAsync(node, expired[0]);
        await using var bob = await PlainClient.ConnectAsync(node, "bob", ack: false);

        var page = await HistoryAsync(bob, BobsQueue, new { newest = true });

        page.Entries.Select(d => d.Body.ToString()).Should().Equal("3", "0");
        page.Entries[0].Previous.Should().Be(expired[0].Position);
    }

    [Fact]
    public async Task A_page_of_large_messages_ends_before_its_size_and_the_rest_follows()
    {
        var node = await StartAsync(o => o.Limits.UserReadBytesPerSecond = 0);
        var text = new string('x', 100_000);
        for (var i = 0; i < 8; i++)
        {
            await node.Publisher.SendAsync(new WsmqOutgoingMessage
            {
                To = BobsQueue, Type = i % 2 == 0 ? "even" : "odd", Body = WsmqJsonBody.Parse($"\"{i}{text}\""),
            });
        }

        await using var bob = await PlainClient.ConnectAsync(node, "bob", ack: false);

        var first = await HistoryAsync(bob, BobsQueue, new { newest = true });
        var odd = await AllAsync(bob, BobsQueue, new WsmqHistoryQuery { Type = "odd" });

        first.Entries.Should().HaveCount(3, "the entry that reaches 256 KiB is the last one");
        first.Next.ToString().Should().Be(first.Entries[^1].Position);
        odd.Select(d => d.Body.ToString()![1]).Should().Equal('1', '3', '5', '7');
        odd.Should().OnlyContain(d => d.Body.ToString()!.Length == text.Length + 3);
        (await AllAsync(bob, BobsQueue, new WsmqHistoryQuery { Newest = true })).Should().HaveCount(8);
    }

    [Fact]
    public async Task A_page_that_looks_at_many_entries_may_be_empty_and_the_next_one_goes_on()
    {
        var node = await StartAsync(o => o.Limits.UserReadBytesPerSecond = 0);
        await PublishAsync(node, BobsQueue, 0, 1);
        for (var i = 0; i < 3; i++)
            await node.Publisher.SendManyAsync([.. Enumerable.Range(0, 500).Select(n => new WsmqOutgoingMessage { To = BobsQueue, Type = "noise" })]);
        await using var bob = await PlainClient.ConnectAsync(node, "bob", ack: false);

        var page = await HistoryAsync(bob, BobsQueue, new { newest = true, id = "m0" });
        var rest = await HistoryAsync(bob, BobsQueue, new { newest = true, id = "m0", before = page.Next });

        page.Entries.Should().BeEmpty();
        page.Next.Should().NotBeNull();
        rest.Entries.Should().ContainSingle().Which.Id.Should().Be("m0");
        rest.Next.Should().BeNull();
    }

    [Fact]
    public async Task Histories_are_limited_with_the_other_reads_of_the_user()
    {
        var node = await StartAsync(o => (o.Limits.UserResumesPerSecond, o.Limits.UserResumeBurst) = (1, 3));
        await using var bob = await PlainClient.ConnectAsync(node, "bob");

        var errors = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => ErrorAsync(() => HistoryAsync(bob, BobsQueue, null))));

        errors.Should().Contain(WsmqErrors.TooManyResumes).And.Contain((WsmqError?)null);
    }

    [Fact]
    public async Task The_app_reads_the_history_of_any_log_page_by_page()
    {
        var node = await StartAsync();
        var logs = node.Services.GetRequiredService<IWsmqLogs>();
        await PublishAsync(node, "group:ops", 0, 7);

        var all = new List<WsmqDelivery>();
        await foreach (var delivery in logs.HistoryAsync(WsmqAddress.Group("ops"), new() { Max = 2, Newest = true }))
            all.Add(delivery);

        all.Select(d => d.Body.ToString()).Should().Equal(Numbers(0, 7).Reverse());
        var nothing = await logs.HistoryPageAsync(WsmqAddress.User("nobody"));
        (nothing.Entries.Count, nothing.Next, nothing.Tail).Should().Be((0, null, WsmqPosition.Start));
        await logs.Awaiting(l => l.HistoryPageAsync(WsmqAddress.User("bob"), new() { Max = 201 })).Should().ThrowAsync<ArgumentOutOfRangeException>();
        (await logs.Awaiting(l => l.HistoryPageAsync(WsmqAddress.Work("jobs"))).Should().ThrowAsync<WsmqException>())
            .Which.Error.Should().Be(WsmqErrors.InvalidAddress);
    }

    private static async Task<List<WsmqDelivery>> FillAsync(TestNode node, PlainClient bob)
    {
        string[] types = ["chat", "order-paid", "order-sent", "état"];
        await using var alice = await PlainClient.ConnectAsync(node, "alice");
        await using var carol = await PlainClient.ConnectAsync(node, "carol");
        for (var i = 0; i < 120; i++)
        {
            var message = new WsmqOutgoingMessage
            {
                To = BobsQueue, Id = $"m{i}", Type = i % 7 == 0 ? null : types[i % types.Length],
                Body = WsmqJsonBody.Parse(i % 11 == 0 ? $"\"{new string('x', 5_000)}\"" : $"{i}"),
            };
            if (i % 5 == 0)
                await node.Publisher.SendAsync(message);
            else
                await (i % 3 == 0 ? alice : carol).Connection.InvokeAsync<WsmqReceipt>("Send", message);
        }

        return await AllAsync(bob, BobsQueue, new WsmqHistoryQuery());
    }

    private static WsmqHistoryQuery NextQuery(Random random, List<WsmqDelivery> all)
    {
        return new WsmqHistoryQuery
        {
            After = Sometimes() ? At() : null,
            Before = Sometimes() ? At() : null,
            Newest = random.Next(2) == 0,
            Max = Sometimes() ? random.Next(1, 12) : null,
            Sender = Sometimes() ? OneOf("alice", "carol", "bob") : null,
            Type = Sometimes() ? OneOf("chat", "order-*", "*t*", "*", "order", "é*t") : null,
            Id = random.Next(9) == 0 ? $"m{random.Next(130)}" : null,
            From = Sometimes() ? TimeOf(At()) : null,
            To = Sometimes() ? TimeOf(At()) : null,
        };

        bool Sometimes() => random.Next(4) == 0;
        string OneOf(params string[] texts) => texts[random.Next(texts.Length)];
        WsmqPosition At() => WsmqPosition.Parse(all[random.Next(all.Count)].Position);
    }

    private static IEnumerable<WsmqDelivery> Expected(List<WsmqDelivery> all, WsmqHistoryQuery query)
    {
        var found = all.Where(d => WsmqPosition.Parse(d.Position) is var at
            && (query.After is null || at > query.After) && (query.Before is null || at < query.Before)
            && (query.From is null || TimeOf(at) >= query.From) && (query.To is null || TimeOf(at) <= query.To)
            && (query.Sender is null || d.Sender == query.Sender) && (query.Id is null || d.Id == query.Id)
            && (query.Type is null || (d.Type is { } type
                && Regex.IsMatch(type, $"^{Regex.Escape(query.Type).Replace("\\*", ".*", StringComparison.Ordinal)}$"))));
        return query.Newest ? found.Reverse() : found;
    }

    private static string PreviousOf(List<WsmqDelivery> all, WsmqDelivery delivery) => 
        all.FindIndex(d => d.Id == delivery.Id) is > 0 and var i ? all[i - 1].Position : Zeros;

    private static DateTimeOffset TimeOf(WsmqPosition position) => DateTimeOffset.FromUnixTimeMilliseconds(position.Value / 1_000);

    private static async Task<List<WsmqDelivery>> AllAsync(PlainClient client, string source, WsmqHistoryQuery query)
    {
        var found = new List<WsmqDelivery>();
        while (true)
        {
            var page = await HistoryAsync(client, source, query);
            page.Entries.Count.Should().BeLessThanOrEqualTo(query.Max ?? 50);
            found.AddRange(page.Entries);
            if (page.Next is not { } next)
                return found;
            query = query.Continue(next);
        }
    }

    private static Task<WsmqHistoryPage> HistoryAsync(PlainClient client, string source, object? query) =>
        client.Connection.InvokeAsync<WsmqHistoryPage>("History", source, query);

    private static async Task<string[]> BodiesAsync(PlainClient client, string source, object query) =>
        [.. (await HistoryAsync(client, source, query)).Entries.Select(d => d.Body.ToString()!)];

    private static async Task<WsmqError?> ErrorAsync(Func<Task> call) =>
        await Record.ExceptionAsync(call) is { } e ? WsmqError.Find(e.Message) ?? throw e : null;
}
