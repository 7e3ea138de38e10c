using Wsmq.Tests.Support;

namespace Wsmq.Tests.Api;

/// <summary>Pages and event streams of a part of a log, on nodes with each store.</summary>
public abstract class FilterContract : IAsyncLifetime
{
    private const string Own = "address=user:bob";

    public virtual Task InitializeAsync() => Task.CompletedTask;

    public abstract Task DisposeAsync();

    [Fact]
    public async Task A_stream_has_what_is_selected_without_a_gap_and_each_entry_names_what_the_id_before_it_named()
    {
        await using var node = await StartAsync();
        await node.Groups.AddToGroupAsync("bob", "team");
        using var bob = HttpCaller.Of(node, "bob");
        var stored = await SendAsync(node, "user:bob", "a", "b", "a", "b", "b");
        await using var stream = await bob.ListenAsync($"{Own}&address=group:team&type=a*");
        await Eventually.That("the stored ones arrive", () => stream.Messages.Count() == 2);
        var sent = await SendAsync(node, "user:bob", "b", "ab");
        await Eventually.That("the new one arrives", () => stream.Messages.Count() == 3);
        await SendAsync(node, "group:team", "b", "a");
        await Eventually.That("that of the group arrives", () => stream.Messages.Count() == 4);

        stream.Events.Should().OnlyContain(e => e.Type == "message");
        var own = stream.Messages.Where(m => m.Json.GetProperty("source").GetString() == "user:bob").ToList();
        own.Select(m => m.Json.GetProperty("position").GetString()).Should().Equal(stored[0], stored[2], sent[1]);
        own[1].Json.GetProperty("previous").GetString().Should().Be(stored[0]);
        own[2].Json.GetProperty("previous").GetString().Should().Be(stored[4], "the id after the stored ones names the last of them");
        stream.Raw.Should().Contain($"id: {stored[4]},");
    }

    [Fact]
    public async Task A_stream_continues_after_what_was_left_out_although_nothing_of_it_was_sent()
    {
        await using var first = await StartAsync(o => o.Endpoint.StreamKeepAlive = TimeSpan.FromSeconds(1));
        await using var second = await StartSecondAsync(first);
        using var before = HttpCaller.Of(first, "bob");
        using var after = HttpCaller.Of(second, "bob");
        await using var stream = await before.ListenAsync($"{Own}&type=a");
        stream.Status.Should().Be(200);
        var left = await SendAsync(first, "user:bob", "b", "b");
        await Eventually.That("the id moves on", () => stream.Raw.Contains($"id: {left[1]}\n\n", StringComparison.Ordinal));
        stream.Events.Should().BeEmpty();

        await using var resumed = await after.ListenAsync($"{Own}&type=a", left[1]);
        var sent = await SendAsync(first, "user:bob", "b", "a");
        await Eventually.That("it arrives", () => resumed.Messages.Any());

        resumed.Events.Should().ContainSingle().Which.Id.Should().Be(sent[1]);
        resumed.Messages.Single().Json.GetProperty("previous").GetString().Should().BeOneOf(left[1], sent[0]);
    }

    [Fact]
    public async Task What_is_missing_is_announced_to_a_stream_that_leaves_out_what_is_around_it()
    {
        await using var node = await StartAsync(o => o.Retention.MaxCount = 2);
        using var bob = HttpCaller.Of(node, "bob");
        var sent = await SendAsync(node, "user:bob", "b", "a", "b", "a");

        await using var stream = await bob.ListenAsync($"{Own}&type=a", sent[0]);
        await Eventually.That("the last one arrives", () => stream.Messages.Any());

        stream.Events.Select(e => e.Type).Should().Equal("gap", "message");
        stream.Events[0].Id.Should().Be(sent[1]);
        stream.Events[1].Json.GetProperty("previous").GetString().Should().Be(sent[1]);
    }

    [Fact]
    public async Task A_page_has_what_is_selected_of_its_entries_and_the_next_one_begins_after_all_of_them()
    {
        await using var node = await StartAsync();
        using var bob = HttpCaller.Of(node, "bob");
        var sent = await SendAsync(node, "user:bob", "a", "b", "b", "a", "b");

        var pages = new List<ApiAnswer>();
        string? next = null;
        do
        {
            pages.Add(await bob.GetAsync($"/logs/user:bob?max=3&type=a{(next is null ? "" : $"&after={next}")}"));
            next = pages[^1].TextOf("next");
        }
        while (!pages[^1].Json.GetProperty("end").GetBoolean());

        pages.Select(p => p.TextOf("next")).Should().Equal(sent[2], sent[4]);
        var entries = pages.SelectMany(p => p.Json.GetProperty("entries").EnumerateArray()).ToList();
        entries.Select(e => e.GetProperty("position").GetString()).Should().Equal(sent[0], sent[3]);
        entries[1].GetProperty("previous").GetString().Should().Be(sent[2], "the page before named it");
        pages.SelectMany(p => p.Json.GetProperty("gaps").EnumerateArray()).Should().BeEmpty();
        var newest = await bob.GetAsync("/logs/user:bob?newest=true&type=b");
        newest.Json.GetProperty("entries").EnumerateArray().Select(e => e.GetProperty("position").GetString()).Should().Equal(sent[1], sent[2], sent[4]);
    }

    [Fact]
    public async Task Every_header_has_to_be_met_and_one_of_the_types()
    {
        await using var node = await StartAsync();
        using var bob = HttpCaller.Of(node, "bob");
        var headers = new Dictionary<string, string> { ["area"] = "Ö=1", ["level"] = "" };
        await node.Publisher.SendManyAsync(
        [
            Message("user:bob", "x") with { Id = "m0", Headers = headers },
            Message("user:bob", "y") with { Id = "m1", Headers = headers },
            Message("user:bob", "z") with { Id = "m2", Headers = headers },
            Message("user:bob", "x") with { Id = "m3", Headers = new Dictionary<string, string> { ["area"] = "Ö=1" } },
        ]);

        var page = await bob.GetAsync($"/logs/user:bob?type=x&type=y&header={Uri.EscapeDataString("area=Ö=1")}&header=level%3D");

        page.Json.GetProperty("entries").EnumerateArray().Select(e => e.GetProperty("id").GetString()).Should().Equal("m0", "m1");
    }

    [Theory]
    [InlineData("type=")]
    [InlineData("header=a")]
    [InlineData("header==a")]
    [InlineData("header=a=1&header=a=2")]
    [InlineData("type=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public async Task A_filter_that_the_hub_would_refuse_is_refused(string filter)
    {
        await using var node = await StartAsync(o => o.Delivery.MaxFilterBytes = 64);
        using var bob = HttpCaller.Of(node, "bob");

        var page = await bob.GetAsync($"/logs/user:bob?{filter}");
        await using var stream = await bob.ListenAsync($"{Own}&{filter}");
        await using var again = await bob.ListenAsync($"{Own}&{filter}", "0000000000000000");

        (page.Status, page.Code).Should().Be((400, "invalid-message"));
        stream.Status.Should().Be(400);
        again.Status.Should().Be(204, "a browser does not return after it");
    }

    private protected virtual Task<TestNode> StartSecondAsync(TestNode first) => Task.FromResult(first);

    private protected abstract void UseStore(WsmqBuilder builder);

    private protected Task<TestNode> StartAsync(Action<WsmqOptions>? options = null) => HttpCaller.StartNodeAsync(UseStore, options);

    private static async Task<string[]> SendAsync(TestNode node, string to, params string[] types)
    {
        var results = await node.Publisher.SendManyAsync([.. types.Select(type => Message(to, type))]);
        return [.. results.Select(r => r.Receipt!.Position)];
    }

    private static WsmqOutgoingMessage Message(string to, string type) => new() { To = to, Type = type, Body = WsmqJsonBody.Parse("1") };
}

public sealed class SqliteFilterTests : FilterContract
{
    private readonly TempFolder _folder = new();

    public override Task DisposeAsync()
    {
        _folder.Dispose();
        return Task.CompletedTask;
    }

    private protected override void UseStore(WsmqBuilder builder) => builder.UseSqlite(_folder.File("wsmq.db"));
}

public sealed class RedisFilterTests(SharedRedis redis) : FilterContract, IClassFixture<SharedRedis>
{
    private readonly string _prefix = redis.NextPrefix();

    public override Task DisposeAsync() => Task.CompletedTask;

    private protected override Task<TestNode> StartSecondAsync(TestNode first) => StartAsync();

    private protected override void UseStore(WsmqBuilder builder) => builder.UseRedis(redis.Server.EndPoint, o => o.KeyPrefix = _prefix);
}
