using System.Text.Json;
using Wsmq.Server.Stores;
using Wsmq.Tests.Api;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Logs;

/// <summary>What operators see of logs over HTTP, on nodes with each store.</summary>
public abstract partial class LogContract : IAsyncLifetime
{
    private const string Bob = "/addresses/user:bob";

    public virtual Task InitializeAsync() => Task.CompletedTask;

    public abstract Task DisposeAsync();

    [Fact]
    public async Task A_page_of_large_messages_is_small_and_a_body_comes_on_its_own()
    {
        await using var node = await StartAsync();
        var text = new string('é', 100_000);
        var last = default(WsmqPosition);
        for (var i = 0; i < 60; i++)
            last = await node.SendAsync("user:bob", $$"""{"n":{{i}},"text":"{{text}}"}""", "large");

        var page = await node.Admin.GetAsync($"{Bob}/entries?newest=true&max=50");
        var body = await node.Admin.GetAsync($"{Bob}/entries/{last}");

        page.Text.Length.Should().BeLessThan(200_000);
        var entries = page.Json.GetProperty("entries").EnumerateArray().ToArray();
        entries.Should().HaveCount(50);
        entries[0].GetProperty("preview").GetString().Should().Be($$"""{"n":59,"text":"{{new string('é', 184)}}""");
        entries[0].GetProperty("size").GetInt32().Should().Be(200_000 + """{"n":59,"text":""}""".Length);
        body.Json.GetProperty("body").GetProperty("text").GetString().Should().Be(text);
        var rest = await node.Admin.GetAsync($"{Bob}/entries?newest=true&before={page.TextOf("next")}");
        rest.Json.GetProperty("entries").GetArrayLength().Should().Be(10);
        rest.Json.GetProperty("next").ValueKind.Should().Be(JsonValueKind.Null);
    }

    [Fact]
    public async Task Entries_are_filtered_and_paged_in_both_directions()
    {
        await using var node = await StartAsync();
        for (var i = 0; i < 30; i++)
            await node.SendAsync("user:bob", $"{i}", i % 3 == 0 ? "order-paid" : "chat", $"m{i}");
        using (var alice = HttpCaller.Of(node.Node, "alice"))
            (await alice.SendAsync(new { to = "user:bob", body = "hi", id = "a" })).Status.Should().Be(201);

        (await IdsAsync(node, "max=4")).Should().Equal(Enumerable.Range(0, 30).Select(i => $"m{i}").Append("a"));
        (await IdsAsync(node, "max=4&newest=true")).Should().Equal(Enumerable.Range(0, 30).Select(i => $"m{i}").Append("a").Reverse());
        (await IdsAsync(node, "type=order-*&max=3")).Should().Equal(Enumerable.Range(0, 10).Select(i => $"m{3 * i}"));
        (await IdsAsync(node, "sender=alice")).Should().Equal("a");
        (await IdsAsync(node, "id=m7&newest=true")).Should().Equal("m7");
        (await IdsAsync(node, "to=1000")).Should().BeEmpty();
        (await IdsAsync(node, "from=1000&max=500")).Should().HaveCount(31);
        (await node.Admin.GetAsync($"{Bob}/entries?newest=yes")).Code.Should().Be("invalid-message");
        (await node.Admin.GetAsync("/addresses/work:jobs/entries")).Code.Should().Be("invalid-address");
    }

    [Fact]
    public async Task A_log_is_described_with_the_cursor_of_every_device()
    {
        await using var node = await StartAsync();
        await node.OpenAsync("bob", "web");
        await node.OpenAsync("bob", "phone");
        await node.SendAsync("user:bob");
        var second = await node.SendAsync("user:bob");
        var last = await node.SendAsync("user:bob");
        await node.Store.MessageLog.AckAsync([new AckRequest(WsmqAddress.User("bob"), "bob", "web", second)], default);

        var info = (await node.Admin.GetAsync(Bob)).Json;

        info.GetProperty("entries").GetInt32().Should().Be(3);
        info.GetProperty("last").GetString().Should().Be(last.ToString());
        var cursors = info.GetProperty("cursors").EnumerateArray().ToArray();
        cursors.Select(c => $"{c.GetProperty("user")} {c.GetProperty("device")} {c.GetProperty("position")} {c.GetProperty("behind")}")
            .Should().Equal($"bob phone {WsmqPosition.Start} 3", $"bob web {second} 1");
        cursors[0].GetProperty("lastSeenAt").GetInt64().Should().BeGreaterThan(0);
        (await node.Admin.GetAsync("/addresses/user:unknown")).Text.Should().Contain("\"entries\":0").And.Contain("\"cursors\":[]");
    }

    [Fact]
    public async Task The_tail_of_a_log_is_the_position_of_its_last_message_also_once_that_is_gone()
    {
        await using var node = await StartAsync();
        var logs = node.Get<IWsmqLogs>();
        (await logs.TailAsync(WsmqAddress.User("bob"))).Should().Be(WsmqPosition.Start);

        // Read by a device, so that the message is in a journal, where there is one.
        await node.OpenAsync("bob", "web");
        var last = await node.SendAsync("user:bob");
        (await logs.TailAsync(WsmqAddress.User("bob"))).Should().Be(last);
        await node.Store.MessageLog.AckAsync([new AckRequest(WsmqAddress.User("bob"), "bob", "web", last)], default);
        (await logs.TailAsync(WsmqAddress.User("bob"))).Should().Be(last);
        (await logs.TailAsync(WsmqAddress.Group("ops"))).Should().Be(WsmqPosition.Start);
        (await logs.Awaiting(l => l.TailAsync(WsmqAddress.Work("jobs"))).Should().ThrowAsync<WsmqException>())
            .Which.Error.Should().Be(WsmqErrors.InvalidAddress);
    }

    [Fact]
    public async Task Addresses_are_searched_in_pages()
    {
        await using var node = await StartAsync();
        for (var i = 0; i < 12; i++)
            await node.SendAsync($"user:u{i}");
        var (found, next) = (new List<string>(), "");
        do
        {
            var page = (await node.Admin.GetAsync($"/addresses?kind=user&match=u1&max=1&next={next}")).Json;
            found.AddRange(page.GetProperty("addresses").EnumerateArray().Select(a => a.GetProperty("address").GetString()!));
            next = page.GetProperty("next").GetString();
        }
        while (next is not null);

        found.Distinct().Should().BeEquivalentTo("user:u1", "user:u10", "user:u11");
        (await node.Admin.GetAsync("/addresses?kind=users")).Code.Should().Be("invalid-message");
    }

    [Fact]
    public async Task The_life_of_a_message_tells_what_cursors_and_dead_letters_know()
    {
        await using var node = await StartAsync();
        foreach (var device in new[] { "web", "phone", "tv" })
            await node.OpenAsync("bob", device);
        var position = await node.SendAsync("user:bob", id: "m1");
        var bob = WsmqAddress.User("bob");
        await node.Store.MessageLog.AckAsync([new AckRequest(bob, "bob", "web", position)], default);
        await node.Store.DeadLetters.NackAsync(new NackRequest(bob, "bob", "tv", position, NackKind.Reported, "once"), default);
        await node.Store.DeadLetters.NackAsync(new NackRequest(bob, "bob", "phone", position, NackKind.Final, "broken"), default);

        var life = (await node.Admin.GetAsync($"{Bob}/entries/{position}/life")).Json;
        var letter = life.GetProperty("events").EnumerateArray().Single(e => e.GetProperty("kind").GetString() == "deadLettered");
        var id = letter.GetProperty("deadLetter").GetString()!;
        (await node.Admin.AskAsync("POST", $"/users/bob/dead-letters/{Uri.EscapeDataString(id)}/replay")).Status.Should().Be(200);
        var after = (await node.Admin.GetAsync($"{Bob}/entries/{position}/life")).Json;

        life.GetProperty("stored").GetBoolean().Should().BeTrue();
        life.GetProperty("entry").GetProperty("id").GetString().Should().Be("m1");
        Kinds(life).Should().BeEquivalentTo("stored ", "acknowledged web", "waiting tv", "failed tv", "deadLettered phone");
        letter.GetProperty("reason").GetString().Should().Be("broken");
        Kinds(after).Should().Contain("replayed phone").And.NotContain("deadLettered phone");
        (await node.Admin.GetAsync($"{Bob}/entries/{new WsmqPosition(WsmqPosition.MaxValue)}/life")).Code.Should().Be("position-beyond-tail");
    }

    [Fact]
    public async Task The_life_of_a_message_to_a_group_tells_who_could_not_handle_it()
    {
        await using var node = await StartAsync();
        var team = WsmqAddress.Group("team");
        foreach (var user in new[] { "bob", "carol", "dave" })
        {
            await node.Store.Memberships.AddAsync("team", user, default);
            await node.Store.MessageLog.OpenCursorAsync(team, user, "phone", default);
        }

        var position = await node.SendAsync("group:team");
        await node.Store.MessageLog.AckAsync([new AckRequest(team, "bob", "phone", position)], default);
        await node.Store.DeadLetters.NackAsync(new NackRequest(team, "carol", "phone", position, NackKind.Final, "broken"), default);

        var life = (await node.Admin.GetAsync($"/addresses/group:team/entries/{position}/life")).Json;

        life.GetProperty("events").EnumerateArray()
            .Select(e => $"{e.GetProperty("kind").GetString()} {(e.TryGetProperty("user", out var user) ? user.GetString() : "")}")
            .Should().BeEquivalentTo("stored ", "acknowledged bob", "waiting dave", "deadLettered carol");
        life.GetProperty("mayBeMore").GetBoolean().Should().BeFalse();
    }

    [Fact]
    public async Task The_life_of_a_removed_message_says_so()
    {
        await using var node = await StartAsync(o => o.Retention.MaxCount = 1);
        await node.OpenAsync("bob");
        var removed = await node.SendAsync("user:bob");
        await node.SendAsync("user:bob");

        var life = (await node.Admin.GetAsync($"{Bob}/entries/{removed}/life")).Json;

        life.GetProperty("stored").GetBoolean().Should().BeFalse();
        Kinds(life).Should().BeEquivalentTo("removed ", "waiting phone");
        (await node.Admin.GetAsync($"{Bob}/entries/{removed}")).Text.Should().Be("null");
    }

    [Fact]
    public async Task State_is_listed_in_pages_and_can_be_looked_at_though_its_log_was_trimmed()
    {
        await using var node = await StartAsync(o => o.Retention.MaxCount = 1);
        var positions = new List<WsmqPosition>();
        for (var i = 0; i < 5; i++)
            positions.Add(await SetAsync(node, $"k{i}", $$"""{"n":{{i}}}"""));
        var removal = await SetAsync(node, "k4", null);

        var first = (await node.Admin.GetAsync($"{Bob}/state?max=3")).Json;
        var second = (await node.Admin.GetAsync($"{Bob}/state?max=3&next={first.GetProperty("next").GetString()}")).Json;
        var last = (await node.Admin.GetAsync($"{Bob}/entries")).Json.GetProperty("entries")[0];
        var life = (await node.Admin.GetAsync($"{Bob}/entries/{positions[0]}/life")).Json;

        new[] { first, second }.SelectMany(p => p.GetProperty("entries").EnumerateArray())
            .Select(e => $"{e.GetProperty("stateKey")} {e.GetProperty("position")} {e.GetProperty("preview")}")
            .Should().Equal(Enumerable.Range(0, 4).Select(i => $$"""k{{i}} {{positions[i]}} {"n":{{i}}}"""));
        second.GetProperty("next").ValueKind.Should().Be(JsonValueKind.Null);
        last.GetProperty("position").GetString().Should().Be(removal.ToString());
        (last.GetProperty("stateKey").GetString(), last.GetProperty("removeState").GetBoolean()).Should().Be(("k4", true));
        (await node.Admin.GetAsync($"{Bob}/entries/{positions[0]}")).Json.GetProperty("body").GetRawText().Should().Be("""{"n":0}""");
        (await node.Admin.GetAsync($"{Bob}/entries/{positions[4]}")).Text.Should().Be("null", "its state was removed");
        life.GetProperty("stored").GetBoolean().Should().BeTrue();
        life.GetProperty("entry").GetProperty("stateKey").GetString().Should().Be("k0");
        Kinds(life).Should().BeEquivalentTo("stored ", "removed ");
        (await node.Admin.GetAsync($"{Bob}/state?next=7")).Code.Should().Be("invalid-position");
        (await node.Admin.GetAsync("/addresses/work:jobs/state")).Code.Should().Be("invalid-address");
    }

    [Fact]
    public async Task Messages_that_wait_are_listed_with_their_beginnings_and_cancelled_one_by_one()
    {
        await using var node = await StartAsync();
        var due = DateTimeOffset.FromUnixTimeMilliseconds(DateTimeOffset.UtcNow.AddDays(1).ToUnixTimeMilliseconds());
        for (var i = 0; i < 5; i++)
        {
            await node.Node.Publisher.SendAsync(new WsmqOutgoingMessage
            {
                To = "user:bob", Id = $"m{i}", Type = "reminder", NotBefore = due.AddMinutes(-i), Body = WsmqJsonBody.Parse($$"""{"n":{{i}}}"""),
            });
        }

        using (var alice = HttpCaller.Of(node.Node, "alice"))
            await alice.SendAsync(new { to = "user:bob", id = "m4", data = "AQ==", stateKey = "k", delay = 60_000 });

        var first = (await node.Admin.GetAsync($"{Bob}/delayed?max=3")).Json;
        var second = (await node.Admin.GetAsync($"{Bob}/delayed?max=3&next={first.GetProperty("next").GetString()}")).Json;
        var all = new[] { first, second }.SelectMany(p => p.GetProperty("messages").EnumerateArray()).ToArray();

        all.Select(m => $"{m.GetProperty("id")} {m.GetProperty("sender")} {m.GetProperty("type")} {m.GetProperty("size")} {Preview(m)}").Should().Equal(
            ["m4 alice  1 -", .. Enumerable.Range(0, 5).Reverse().Select(i => $$"""m{{i}}  reminder 7 {"n":{{i}}}""")]);
        all[0].GetProperty("stateKey").GetString().Should().Be("k");
        all[^1].GetProperty("dueAt").GetInt64().Should().Be(due.ToUnixTimeMilliseconds());
        second.GetProperty("next").ValueKind.Should().Be(JsonValueKind.Null);
        var path = $"{Bob}/delayed/{all[1].GetProperty("key").GetString()}";
        (await node.Admin.AskAsync("DELETE", path)).Text.Should().Be("true");
        (await node.Admin.AskAsync("DELETE", path)).Text.Should().Be("false");
        (await node.Admin.AskAsync("DELETE", $"/addresses/user:carol/delayed/{all[2].GetProperty("key").GetString()}")).Text.Should().Be("false");
        (await node.Admin.AskAsync("DELETE", $"{Bob}/delayed/nonsense")).Text.Should().Be("false");
        (await node.Admin.GetAsync($"{Bob}/delayed?max=3&next={first.GetProperty("next").GetString()}")).Json.GetProperty("messages")
            .GetArrayLength().Should().Be(3, "the next page begins where it did");
        (await node.Get<IWsmqLogs>().DelayedAsync(WsmqAddress.User("bob"))).Items.Select(m => m.Id).Should().Equal("m4", "m3", "m2", "m1", "m0");
        (await node.Admin.GetAsync($"{Bob}/delayed?next=7")).Code.Should().Be("invalid-message");
        (await node.Admin.GetAsync("/addresses/work:jobs/delayed")).Code.Should().Be("invalid-address");
        (await node.Admin.AskAsync("DELETE", "/addresses/work:jobs/delayed/7")).Code.Should().Be("invalid-address");
        node.Rights.Deny(WsmqAction.ReadBody, "user:bob");
        (await node.Admin.GetAsync($"{Bob}/delayed")).Text.Should().Contain("reminder").And.NotContain("preview");

        static string Preview(JsonElement message) => message.TryGetProperty("preview", out var text) ? text.GetString()! : "-";
    }

    [Fact]
    public async Task The_app_lists_state_without_the_beginnings_of_bodies()
    {
        await using var node = await StartAsync();
        var logs = node.Get<IWsmqLogs>();
        var bob = WsmqAddress.User("bob");
        (await logs.StateAsync(bob)).Items.Should().BeEmpty();
        var position = await SetAsync(node, "price", "17");
        await node.SendAsync("user:bob");

        var entry = (await logs.StateAsync(bob)).Items.Should().ContainSingle().Which;

        (entry.Position, entry.StateKey, entry.RemovesState, entry.Size).Should().Be((position, "price", false, 2L));
        entry.Preview.Should().BeNull();
        (await logs.ListAsync(bob, new WsmqEntryQuery())).Items.Select(e => e.StateKey).Should().Equal("price", null);
        await logs.Awaiting(l => l.StateAsync(bob, max: 1_001)).Should().ThrowAsync<ArgumentOutOfRangeException>();
        (await logs.Awaiting(l => l.StateAsync(WsmqAddress.Work("jobs"))).Should().ThrowAsync<WsmqException>())
            .Which.Error.Should().Be(WsmqErrors.InvalidAddress);
    }

    [Fact]
    public async Task Bodies_and_their_beginnings_need_a_right_of_their_own()
    {
        await using var node = await StartAsync();
        var position = await node.SendAsync("user:bob", "\"secret\"");
        await node.DeadLettersAsync("carol", 1);
        foreach (var target in new[] { "user:bob", "user:carol" })
            node.Rights.Deny(WsmqAction.ReadBody, target);
        await SetAsync(node, "k", "\"secret\"");

        (await node.Admin.GetAsync($"{Bob}/entries")).Text.Should().Contain(position.ToString()).And.NotContain("secret").And.NotContain("preview");
        (await node.Admin.GetAsync($"{Bob}/state")).Text.Should().Contain("\"k\"").And.NotContain("secret").And.NotContain("preview");
        (await node.Admin.GetAsync($"{Bob}/entries/{position}")).Code.Should().Be("administer-not-allowed");
        (await node.Admin.GetAsync($"{Bob}/entries/{position}/life")).Text.Should().NotContain("secret");
        (await node.Admin.GetAsync("/dead-letters")).Text.Should().Contain("carol").And.NotContain("preview");
    }

    [Fact]
    public async Task An_operator_sends_to_any_address_as_itself()
    {
        await using var node = await StartAsync();

        var sent = await node.Admin.PostAsync("/addresses/group:team/messages", """{"type":"note","body":{"x":1}}""", key: "k1");
        var again = await node.Admin.PostAsync("/addresses/group:team/messages", """{"type":"note","body":{"x":1}}""", key: "k1");

        sent.Status.Should().Be(201);
        again.TextOf("position").Should().Be(sent.TextOf("position"));
        var entry = (await node.Admin.GetAsync($"/addresses/group:team/entries/{sent.TextOf("position")}")).Json;
        (entry.GetProperty("sender").GetString(), entry.GetProperty("body").GetRawText()).Should().Be(("admin", """{"x":1}"""));
        (await node.Admin.PostAsync("/addresses/group:team/messages", """{"to":"user:x","body":1}""")).Code.Should().Be("invalid-message");
        (await node.Admin.PostAsync("/addresses/group:team/messages", """{"body":1,"replyTo":"user:nobody"}""")).Code
            .Should().Be("reply-to-not-allowed");
        node.Rights.Deny(WsmqAction.Send, "group:team");
        (await node.Admin.PostAsync("/addresses/group:team/messages", """{"body":1}""")).Code.Should().Be("administer-not-allowed");
    }

    [Fact]
    public async Task A_tail_has_the_new_entries_and_continues_after_the_last_one()
    {
        await using var node = await StartAsync();
        await node.SendAsync("user:bob", "\"old\"");
        string last;
        await using (var tail = await ListenAsync(node))
        {
            await node.SendAsync("user:bob", "\"first\"");
            await Eventually.That("it arrives", () => tail.Messages.Any());
            last = tail.Events[0].Id!;
            tail.Messages.Single().Json.GetProperty("preview").GetString().Should().Be("\"first\"");
            tail.Messages.Single().Json.GetProperty("position").GetString().Should().Be(last);
        }

        await node.SendAsync("user:bob", "\"second\"");
        await using var resumed = await ListenAsync(node, last);
        await Eventually.That("what was sent meanwhile arrives", () => resumed.Messages.Any());
        resumed.Messages.Single().Json.GetProperty("preview").GetString().Should().Be("\"second\"");
    }

    [Fact]
    public async Task A_tail_shows_no_bodies_and_ends_once_the_rights_are_taken_away()
    {
        await using var node = await StartAsync(
            o => (o.Access.CheckInterval, o.Endpoint.StreamKeepAlive) = (TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1)));
        await using var tail = await ListenAsync(node);
        await node.SendAsync("user:bob", "\"first\"");
        await Eventually.That("it arrives", () => tail.Messages.Any());

        node.Rights.Deny(WsmqAction.ReadBody, "user:bob");
        await Eventually.That("an entry arrives without its beginning", async () =>
        {
            await node.SendAsync("user:bob");
            return tail.Messages.Any(m => !m.Json.TryGetProperty("preview", out _));
        });
        node.Rights.Deny(WsmqAction.View, "user:bob");
        await Eventually.That("the stream ends", () => tail.HasEnded);

        tail.EndCode.Should().Be("administer-not-allowed");
    }

    [Fact]
    public async Task Rights_are_listed_for_a_target_and_without_one()
    {
        await using var node = await StartAsync();
        node.Rights.Deny(WsmqAction.Ban, "user:bob");
        using var bob = HttpCaller.Of(node.Node, "bob");

        var all = (await node.Admin.GetAsync("/rights")).Json;
        var some = (await node.Admin.GetAsync("/rights?target=user:bob")).Json;

        all.GetProperty("user").GetString().Should().Be("admin");
        Actions(all).Should().Equal(Enum.GetNames<WsmqAction>());
        Actions(some).Should().Equal(Enum.GetNames<WsmqAction>().Except(["Ban"]));
        (await bob.GetAsync("/rights")).Code.Should().Be("administer-not-allowed");

        static IEnumerable<string> Actions(JsonElement json) => json.GetProperty("actions").EnumerateArray().Select(a => a.GetString()!);
    }

    private protected abstract void UseStore(WsmqBuilder builder);

    private protected Task<OperatorNode> StartAsync(Action<WsmqOptions>? options = null) => OperatorNode.StartAsync(UseStore, options);

    private static async Task<EventReader> ListenAsync(OperatorNode node, string? lastEventId = null) =>
        await node.Admin.StreamAsync($"{Bob}/events", lastEventId);

    private static async Task<List<string>> IdsAsync(OperatorNode node, string query)
    {
        var (ids, next) = (new List<string>(), "");
        do
        {
            var page = (await node.Admin.GetAsync($"{Bob}/entries?{query}&next={next}")).Json;
            ids.AddRange(page.GetProperty("entries").EnumerateArray().Select(e => e.GetProperty("id").GetString()!));
            next = page.GetProperty("next").GetString();
        }
        while (next is not null);
        return ids;
    }

    /// <summary>Sets the state of a key; without a body it is removed.</summary>
    private static async Task<WsmqPosition> SetAsync(OperatorNode node, string key, string? body) => WsmqPosition.Parse(
        (await node.Node.Publisher.SendAsync(new WsmqOutgoingMessage
        {
            To = "user:bob", StateKey = key, RemoveState = body is null, Body = body is null ? null : WsmqJsonBody.Parse(body),
        })).Position);

    private static IEnumerable<string> Kinds(JsonElement life) => life.GetProperty("events").EnumerateArray()
        .Select(e => $"{e.GetProperty("kind").GetString()} {(e.TryGetProperty("device", out var device) ? device.GetString() : "")}");
}

public sealed class SqliteLogTests : LogContract
{
    private readonly TempFolder _folder = new();

    public override Task DisposeAsync()
    {
        _folder.Dispose();
        return Task.CompletedTask;
    }

    private protected override void UseStore(WsmqBuilder builder) => builder.UseSqlite(_folder.File("wsmq.db"));
}

public sealed class RedisLogTests(SharedRedis redis) : LogContract, IClassFixture<SharedRedis>
{
    private readonly string _prefix = redis.NextPrefix();

    public override Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task The_life_of_a_message_to_a_large_group_asks_for_the_dead_letters_of_many_members_at_once()
    {
        await using var node = await StartAsync();
        var (team, users) = (WsmqAddress.Group("team"), Enumerable.Range(0, 150).Select(i => $"u{i}").ToArray());
        foreach (var user in users)
            await node.Store.Memberships.AddAsync("team", user, default);
        var position = await node.SendAsync("group:team");
        await node.Store.MessageLog.AckAsync([.. users.Select(user => new AckRequest(team, user, "phone", position))], default);
        await using var monitor = await RedisMonitor.StartAsync(redis.Server);
        await node.Admin.GetAsync($"/addresses/group:team/entries/{position}/life");
        await monitor.SeesAllAsync(redis.Server);

        var looks = monitor.Scripts.Where(s => s.Any(c => c[0].Equals("HGET", StringComparison.OrdinalIgnoreCase) && c[1].Contains(":dead:group:", StringComparison.Ordinal)));
        looks.Select(s => s.Count(c => c[0].Equals("HGET", StringComparison.OrdinalIgnoreCase))).Should().Equal(100, 50);
        monitor.Scripts.Should().NotContain(s => s.Any(c => c.Length > 1 && c[1].Contains(":deadat:", StringComparison.Ordinal)), "no list is read");
    }

    private protected override void UseStore(WsmqBuilder builder) => builder.UseRedis(redis.Server.EndPoint, o => o.KeyPrefix = _prefix);
}
