using System.Text.Json;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Api;

/// <summary>Reading logs over HTTP, on nodes with each store.</summary>
public abstract class ReadContract : IAsyncLifetime
{
    public virtual Task InitializeAsync() => Task.CompletedTask;

    public abstract Task DisposeAsync();

    [Fact]
    public async Task A_log_is_read_page_by_page_to_its_end()
    {
        await using var node = await StartAsync();
        using var bob = HttpCaller.Of(node, "bob");
        var positions = new List<string>();
        for (var i = 0; i < 5; i++)
            positions.Add((await node.Publisher.SendAsync(new WsmqOutgoingMessage { To = "user:bob", Id = $"m{i}", Body = WsmqJsonBody.Parse($"{i}") })).Position);

        var first = await bob.ReadAsync("user:bob", max: 2);
        var second = await bob.ReadAsync("user:bob", first.TextOf("next"), max: 2);
        var third = await bob.ReadAsync("user:bob", second.TextOf("next"), max: 2);
        var empty = await bob.ReadAsync("user:bob", third.TextOf("next"));

        new[] { first, second, third, empty }.SelectMany(p => Positions(p)).Should().Equal(positions);
        new[] { first, second, third, empty }.Select(p => p.Json.GetProperty("end").GetBoolean()).Should().Equal(false, false, true, true);
        new[] { first, second, third, empty }.SelectMany(Gaps).Should().BeEmpty();
        empty.TextOf("next").Should().Be(positions[^1]);
        first.TextOf("address").Should().Be("user:bob");
    }

    [Fact]
    public async Task An_entry_has_the_fields_of_a_delivery_and_its_body_as_it_was_sent()
    {
        await using var node = await StartAsync();
        using var bob = HttpCaller.Of(node, "bob");
        await bob.PostAsync("/messages", """{"to":"user:bob","id":"a","type":"t","body":{ "n": 12345678901234567890, "ä": "€" },"headers":{"h":"v"}}""");
        await bob.PostAsync("/messages", """{"to":"user:bob","id":"b","data":"AQID","contentType":"image/png"}""");

        var page = await bob.ReadAsync("user:bob");

        page.Text.Should().Contain("""{ "n": 12345678901234567890, "ä": "€" }""");
        var (json, binary) = (page.Json.GetProperty("entries")[0], page.Json.GetProperty("entries")[1]);
        json.EnumerateObject().Select(p => p.Name).Should().Equal("source", "position", "previous", "id", "sender", "sentAt", "type", "headers", "body");
        json.GetProperty("sender").GetString().Should().Be("bob");
        binary.GetProperty("data").GetString().Should().Be("AQID");
        binary.GetProperty("contentType").GetString().Should().Be("image/png");
        binary.GetProperty("previous").GetString().Should().Be(json.GetProperty("position").GetString());
    }

    [Fact]
    public async Task Expired_entries_are_one_gap_and_one_in_time_has_its_life()
    {
        await using var node = await StartAsync();
        using var bob = HttpCaller.Of(node, "bob");
        var first = await bob.SendAsync(new { to = "user:bob", body = 0, timeToLive = 3_600_000 });
        await bob.SendAsync(new { to = "user:bob", body = 1, timeToLive = 1 });
        var expired = await bob.SendAsync(new { to = "user:bob", body = 2, timeToLive = 1 });
        var last = await bob.SendAsync(new { to = "user:bob", body = 3 });

        ApiAnswer page = null!;
        await Eventually.That("both have expired", async () => Positions(page = await bob.ReadAsync("user:bob")).Count() == 2);

        Positions(page).Should().Equal(first.TextOf("position"), last.TextOf("position"));
        Gaps(page).Should().Equal($"{first.TextOf("position")} {WsmqPosition.Parse(expired.TextOf("position")).Next()} expired");
        page.Json.GetProperty("entries")[0].GetProperty("timeToLive").GetInt64().Should().Be(3_600_000);
    }

    [Fact]
    public async Task Removed_entries_are_a_gap_after_a_position_and_none_for_a_reader_that_begins()
    {
        await using var node = await StartAsync(o => o.Retention.MaxCount = 2);
        using var bob = HttpCaller.Of(node, "bob");
        var positions = new List<string>();
        for (var i = 0; i < 4; i++)
            positions.Add((await node.Publisher.SendAsync(new WsmqOutgoingMessage { To = "user:bob" })).Position);

        var begun = await bob.ReadAsync("user:bob");
        var resumed = await bob.ReadAsync("user:bob", positions[0]);

        Positions(begun).Should().Equal(positions[2], positions[3]);
        Gaps(begun).Should().BeEmpty();
        Positions(resumed).Should().Equal(positions[2], positions[3]);
        Gaps(resumed).Should().Equal($"{positions[0]} {WsmqPosition.Parse(positions[1]).Next()} retention");
    }

    [Fact]
    public async Task A_group_is_read_by_its_members_from_the_moment_at_which_they_joined()
    {
        await using var node = await StartAsync();
        using var bob = HttpCaller.Of(node, "bob");
        var before = await node.Publisher.SendAsync(new WsmqOutgoingMessage { To = "group:team/a" });
        (await bob.ReadAsync("group:team/a")).Should().BeEquivalentTo(new { Status = 403, Code = "read-not-allowed" });
        await node.Groups.AddToGroupAsync("bob", "team/a");
        var after = await node.Publisher.SendAsync(new WsmqOutgoingMessage { To = "group:team/a" });

        var begun = await bob.ReadAsync("group:team/a");
        var all = await bob.GetAsync("/logs?address=group:team/a&after=0000000000000000");

        Positions(begun).Should().Equal(after.Position);
        Gaps(begun).Should().BeEmpty();
        Positions(all).Should().Equal(after.Position);
        Gaps(all).Should().Equal($"0000000000000000 {WsmqPosition.Parse(before.Position).Next()} not-a-member");
        await node.Groups.RemoveFromGroupAsync("bob", "team/a");
        (await bob.ReadAsync("group:team/a")).Code.Should().Be("read-not-allowed");
    }

    [Fact]
    public async Task A_log_without_entries_is_at_its_end()
    {
        await using var node = await StartAsync();
        using var bob = HttpCaller.Of(node, "bob");

        var page = await bob.ReadAsync("user:bob");

        page.Text.Should().Be("""{"address":"user:bob","entries":[],"gaps":[],"next":"0000000000000000","end":true}""");
    }

    [Fact]
    public async Task A_position_past_the_tail_is_refused()
    {
        await using var node = await StartAsync();
        using var bob = HttpCaller.Of(node, "bob");
        var sent = await node.Publisher.SendAsync(new WsmqOutgoingMessage { To = "user:bob" });

        var refused = await bob.ReadAsync("user:bob", WsmqPosition.Parse(sent.Position).Next().ToString());

        (refused.Status, refused.Code).Should().Be((409, "position-beyond-tail"));
    }

    [Fact]
    public async Task A_page_ends_after_256_KiB_and_the_next_one_goes_on()
    {
        await using var node = await StartAsync();
        using var bob = HttpCaller.Of(node, "bob");
        for (var i = 0; i < 4; i++)
            await node.Publisher.SendAsync(new WsmqOutgoingMessage { To = "user:bob", Data = new byte[200_000] });

        var pages = new List<ApiAnswer> { await bob.ReadAsync("user:bob") };
        while (!pages[^1].Json.GetProperty("end").GetBoolean())
            pages.Add(await bob.ReadAsync("user:bob", pages[^1].TextOf("next")));

        pages.Should().HaveCountGreaterThan(1);
        pages.SelectMany(p => Positions(p)).Should().HaveCount(4).And.OnlyHaveUniqueItems();
        pages.SelectMany(Gaps).Should().BeEmpty();
    }

    [Fact]
    public async Task The_newest_page_has_the_last_entries_in_order_as_many_as_fit()
    {
        await using var node = await StartAsync();
        using var bob = HttpCaller.Of(node, "bob");
        var positions = new List<string>();
        foreach (var size in new[] { 10_000, 10_000, 255_000, 10_000 })
            positions.Add((await node.Publisher.SendAsync(new WsmqOutgoingMessage { To = "user:bob", Data = new byte[size] })).Position);

        var two = await bob.GetAsync("/logs/user:bob?newest=true&max=2");
        var all = await bob.GetAsync("/logs/user:bob?newest=true");
        var small = await bob.GetAsync("/logs/user:bob?newest=true&max=1");

        Positions(two).Should().Equal(positions[3]);
        Positions(all).Should().Equal(positions[3]);
        Positions(small).Should().Equal(positions[3]);
        small.TextOf("next").Should().Be(positions[3]);
        await node.Publisher.SendAsync(new WsmqOutgoingMessage { To = "user:bob" });
        Positions(await bob.GetAsync("/logs/user:bob?newest=true&max=2")).First().Should().Be(positions[3]);
        new[] { two, all, small }.SelectMany(Gaps).Should().BeEmpty();
        new[] { two, all, small }.Should().OnlyContain(p => p.Json.GetProperty("end").GetBoolean());
    }

    [Fact]
    public async Task The_newest_page_ends_with_the_newest_entry_however_small_the_entries_are()
    {
        await using var node = await StartAsync();
        using var bob = HttpCaller.Of(node, "bob");
        var receipts = await Task.WhenAll(Enumerable.Range(0, 512).Select(_ =>
            node.Publisher.SendAsync(new WsmqOutgoingMessage { To = "user:bob", Data = new byte[300] })));

        var page = await bob.GetAsync("/logs/user:bob?newest=true&max=512");

        Positions(page).Last().Should().Be(receipts.Max(r => r.Position));
        Positions(page).Should().HaveCountGreaterThan(256);
        page.Json.GetProperty("end").GetBoolean().Should().BeTrue();
    }

    [Fact]
    public async Task The_newest_page_of_a_group_has_nothing_from_before_the_user_joined()
    {
        await using var node = await StartAsync();
        using var bob = HttpCaller.Of(node, "bob");
        await node.Publisher.SendAsync(new WsmqOutgoingMessage { To = "group:team" });
        await node.Groups.AddToGroupAsync("bob", "team");
        var empty = await bob.GetAsync("/logs/group:team?newest=true");
        var after = await node.Publisher.SendAsync(new WsmqOutgoingMessage { To = "group:team" });

        Positions(empty).Should().BeEmpty();
        Positions(await bob.GetAsync("/logs/group:team?newest=true")).Should().Equal(after.Position);
    }

    [Fact]
    public async Task The_state_has_the_newest_message_of_each_key_beyond_retention_and_the_log_goes_on_after_it()
    {
        await using var node = await StartAsync(o => o.Retention.MaxCount = 2);
        using var bob = HttpCaller.Of(node, "bob");
        var a = await SetAsync(node, "user:bob", "a", "1");
        await SetAsync(node, "user:bob", "b", "1");
        var b = await SetAsync(node, "user:bob", "b", """{ "n": 2 }""");
        for (var i = 0; i < 2; i++)
            await node.Publisher.SendAsync(new WsmqOutgoingMessage { To = "user:bob" });
        var c = await SetAsync(node, "user:bob", "c", "1");

        var state = await bob.GetAsync("/state?source=user:bob");

        state.TextOf("through").Should().Be(c);
        Positions(state, "messages").Should().Equal(a, b, c);
        state.Text.Should().Contain("""{ "n": 2 }""");
        state.Json.GetProperty("messages").EnumerateArray().Select(m => m.GetProperty("stateKey").GetString())
            .Should().Equal("a", "b", "c");
        var next = await SetAsync(node, "user:bob", "a", "2");
        var log = await bob.ReadAsync("user:bob", state.TextOf("through"));
        Positions(log).Should().Equal(next);
        Gaps(log).Should().BeEmpty();
    }

    [Fact]
    public async Task The_state_of_an_address_without_any_is_empty()
    {
        await using var node = await StartAsync();
        using var bob = HttpCaller.Of(node, "bob");

        (await bob.GetAsync("/state?source=user:bob")).Text.Should().Be("""{"through":"0000000000000000","messages":[]}""");
        var sent = await node.Publisher.SendAsync(new WsmqOutgoingMessage { To = "user:bob" });
        (await bob.GetAsync("/state?source=user:bob")).Text.Should().Be($$"""{"through":"{{sent.Position}}","messages":[]}""");
    }

    [Fact]
    public async Task State_of_several_pages_is_one_answer()
    {
        await using var node = await StartAsync();
        using var bob = HttpCaller.Of(node, "bob");
        var positions = new List<string>();
        for (var i = 0; i < 9; i++)
            positions.Add(await SetAsync(node, "user:bob", $"k{i}", $"\"{new string('x', 100_000)}\""));

        var state = await bob.GetAsync("/state?source=user:bob");

        Positions(state, "messages").Should().Equal(positions);
        state.ContentType.Should().Be("application/json");
    }

    [Fact]
    public async Task A_member_reads_the_state_of_a_group_also_from_before_it_joined_and_nobody_else_does()
    {
        await using var node = await StartAsync();
        using var bob = HttpCaller.Of(node, "bob");
        var before = await SetAsync(node, "group:team/a", "k", "1");
        (await bob.GetAsync("/state?source=group:team/a")).Should().BeEquivalentTo(new { Status = 403, Code = "read-not-allowed" });
        await node.Groups.AddToGroupAsync("bob", "team/a");

        var state = await bob.GetAsync("/state?source=group:team/a");

        Positions(state, "messages").Should().Equal(before);
        var after = await node.Publisher.SendAsync(new WsmqOutgoingMessage { To = "group:team/a" });
        Positions(await bob.ReadAsync("group:team/a", state.TextOf("through"))).Should().Equal(after.Position);
    }

    [Fact]
    public async Task A_history_is_filtered_and_paged_in_both_directions_and_bodies_are_as_they_were_sent()
    {
        await using var node = await StartAsync();
        using var bob = HttpCaller.Of(node, "bob");
        (await bob.GetAsync("/history?source=user:bob")).Text.Should().Be("""{"entries":[],"next":null,"tail":"0000000000000000"}""");
        var positions = new List<string>();
        for (var i = 0; i < 7; i++)
        {
            var type = i % 2 == 0 ? "chat" : "order-paid";
            var sent = await bob.PostAsync("/messages", $$"""{"to":"user:bob","id":"m{{i}}","type":"{{type}}","body":{ "n": {{i}} } }""");
            positions.Add(sent.TextOf("position"));
        }

        var newest = await bob.GetAsync("/history?source=user:bob&newest=true&max=3");
        var older = await bob.GetAsync($"/history?source=user:bob&newest=true&max=3&next={newest.TextOf("next")}");
        var range = await bob.GetAsync($"/history?source=user:bob&after={positions[1]}&before={positions[5]}&type=order-*&sender=bob&from=0");

        Positions(newest).Should().Equal(positions[6], positions[5], positions[4]);
        Positions(older).Should().Equal(positions[3], positions[2], positions[1]);
        Positions(range).Should().Equal(positions[3]);
        range.Text.Should().Contain("\"body\":{ \"n\": 3 }")
            .And.Contain($"\"previous\":\"{positions[2]}\"").And.EndWith($"\"next\":null,\"tail\":\"{positions[6]}\"}}");
        Positions(await bob.GetAsync("/history?source=user:bob&id=m4")).Should().Equal(positions[4]);
        Positions(await bob.GetAsync("/history?source=user:bob&to=1000")).Should().BeEmpty();
        Positions(await bob.GetAsync("/history?source=user:bob&after=9007199254740991")).Should().BeEmpty();
    }

    [Theory]
    [InlineData("", 400, "invalid-address")]
    [InlineData("?source=user:alice", 403, "history-not-allowed")]
    [InlineData("?source=group:ops", 403, "history-not-allowed")]
    [InlineData("?source=work:jobs", 403, "history-not-allowed")]
    [InlineData("?source=user:bob&after=1", 400, "invalid-position")]
    [InlineData("?source=user:bob&max=201", 400, "invalid-message")]
    [InlineData("?source=user:bob&newest=1", 400, "invalid-message")]
    [InlineData("?source=user:bob&from=-1", 400, "invalid-message")]
    [InlineData("?source=user:bob&type=a&type=b", 400, "invalid-message")]
    public async Task A_history_that_cannot_be_read_is_refused(string query, int status, string code)
    {
        await using var node = await StartAsync();
        using var bob = HttpCaller.Of(node, "bob");

        (await bob.GetAsync($"/history{query}")).Should().BeEquivalentTo(new { Status = status, Code = code });
    }

    private protected abstract void UseStore(WsmqBuilder builder);

    private static async Task<string> SetAsync(TestNode node, string to, string key, string body) =>
        (await node.Publisher.SendAsync(new WsmqOutgoingMessage { To = to, StateKey = key, Body = WsmqJsonBody.Parse(body) })).Position;

    private static IEnumerable<string> Positions(ApiAnswer page, string entries = "entries") =>
        page.Json.GetProperty(entries).EnumerateArray().Select(e => e.GetProperty("position").GetString()!);

    private static IEnumerable<string> Gaps(ApiAnswer page) => page.Json.GetProperty("gaps").EnumerateArray().Select(Gap);

    private static string Gap(JsonElement gap) =>
        $"{gap.GetProperty("after").GetString()} {gap.GetProperty("before").GetString()} {gap.GetProperty("reason").GetString()}";

    private Task<TestNode> StartAsync(Action<WsmqOptions>? options = null) => HttpCaller.StartNodeAsync(UseStore, options);
}

public sealed class SqliteReadTests : ReadContract
{
    private readonly TempFolder _folder = new();

    public override Task DisposeAsync()
    {
        _folder.Dispose();
        return Task.CompletedTask;
    }

    private protected override void UseStore(WsmqBuilder builder) => builder.UseSqlite(_folder.File("wsmq.db"));
}

public sealed class RedisReadTests(SharedRedis redis) : ReadContract, IClassFixture<SharedRedis>
{
    private readonly string _prefix = redis.NextPrefix();

    public override Task DisposeAsync() => Task.CompletedTask;

    private protected override void UseStore(WsmqBuilder builder) => builder.UseRedis(redis.Server.EndPoint, o => o.KeyPrefix = _prefix);
}
