using Wsmq.Tests.Support;

namespace Wsmq.Tests.Api;

/// <summary>Sending over HTTP, on nodes with each store.</summary>
public abstract class SendContract : IAsyncLifetime
{
    public virtual Task InitializeAsync() => Task.CompletedTask;

    public abstract Task DisposeAsync();

    [Fact]
    public async Task A_message_sent_over_HTTP_arrives_at_a_connection_with_all_its_fields()
    {
        await using var node = await StartAsync();
        using var alice = HttpCaller.Of(node, "alice");
        await using var bob = await PlainClient.ConnectAsync(node, "bob");

        var sent = await alice.PostAsync(
            "/messages",
            """{"to":"user:bob","id":"m1","type":"chat","body":{"n":9007199254740993},"headers":{"lang":"de"},"correlationId":"c","replyTo":"user:alice"}""");

        sent.Status.Should().Be(201);
        sent.ContentType.Should().Be("application/json");
        await Eventually.That("it arrives", () => bob.Received.Count == 1);
        var received = bob.Received[0];
        sent.Json.GetRawText().Should().Be($$"""{"id":"m1","position":"{{received.Position}}","duplicate":false}""");
        received.Should().BeEquivalentTo(new { Id = "m1", Sender = "alice", Type = "chat", CorrelationId = "c", ReplyTo = "user:alice" });
        received.Body.ToString().Should().Be("""{"n":9007199254740993}""");
        received.Headers.Should().BeEquivalentTo(new Dictionary<string, string> { ["lang"] = "de" });
    }

    [Fact]
    public async Task The_same_key_with_the_same_message_returns_the_first_receipt()
    {
        await using var node = await StartAsync();
        using var alice = HttpCaller.Of(node, "alice");
        using var bob = HttpCaller.Of(node, "bob");
        var message = new { to = "user:bob", type = "order", body = new { n = 1 }, headers = new { a = "b" } };

        var first = await alice.SendAsync(message, key: "order-7");
        var again = await alice.SendAsync(message, key: "\"order-7\"");
        var other = await bob.SendAsync(message, key: "order-7");

        first.TextOf("id").Should().Be("order-7");
        again.Status.Should().Be(201);
        again.TextOf("position").Should().Be(first.TextOf("position"));
        again.Json.GetProperty("duplicate").GetBoolean().Should().BeTrue();
        other.Json.GetProperty("duplicate").GetBoolean().Should().BeFalse("each user has keys of its own");
    }

    [Theory]
    [InlineData("""{"to":"user:bob","type":"order","body":{"n":2},"headers":{"a":"b"}}""")]
    [InlineData("""{"to":"user:bob","type":"order","body":{"n": 1},"headers":{"a":"b"}}""")]
    [InlineData("""{"to":"user:bob","type":"other","body":{"n":1},"headers":{"a":"b"}}""")]
    [InlineData("""{"to":"user:bob","type":"order","body":{"n":1},"headers":{"a":"c"}}""")]
    [InlineData("""{"to":"user:bob","type":"order","body":{"n":1}}""")]
    [InlineData("""{"to":"user:bob","type":"order","data":"eyJuIjoxfQ==","headers":{"a":"b"}}""")]
    [InlineData("""{"to":"user:bob","type":"order","body":{"n":1},"headers":{"a":"b"},"replyTo":"user:alice"}""")]
    public async Task The_same_key_with_another_message_is_refused_and_nothing_is_stored(string other)
    {
        await using var node = await StartAsync();
        using var alice = HttpCaller.Of(node, "alice");
        using var bob = HttpCaller.Of(node, "bob");
        await alice.PostAsync("/messages", """{"to":"user:bob","type":"order","body":{"n":1},"headers":{"a":"b"}}""", key: "order-7");

        var refused = await alice.PostAsync("/messages", other, key: "order-7");
        var many = await alice.PostAsync("/messages", $"[{other.Replace("{\"to\"", "{\"id\":\"order-7\",\"to\"", StringComparison.Ordinal)}]");

        (refused.Status, refused.Code).Should().Be((422, "id-conflict"));
        many.Status.Should().Be(207);
        many.Json[0].GetProperty("error").GetProperty("number").GetInt32().Should().Be(2012);
        (await bob.ReadAsync("user:bob")).Json.GetProperty("entries").GetArrayLength().Should().Be(1);
    }

    [Fact]
    public async Task A_job_under_the_same_key_with_another_body_or_key_of_order_is_refused()
    {
        await using var node = await StartAsync(o => o.Queues["jobs"] = new WsmqQueueOptions());
        using var alice = HttpCaller.Of(node, "alice");
        var job = new { to = "work:jobs", body = 1, key = "customer 7", delay = 60_000, priority = "high" };

        var sent = await alice.SendAsync(job, key: "j1");
        var again = await alice.SendAsync(job with { delay = 30_000 }, key: "j1");
        var otherBody = await alice.SendAsync(job with { body = 2 }, key: "j1");
        var otherKey = await alice.SendAsync(job with { key = "customer 8" }, key: "j1");

        sent.Status.Should().Be(201);
        again.TextOf("position").Should().Be(sent.TextOf("position"));
        otherBody.Code.Should().Be("id-conflict");
        otherKey.Code.Should().Be("id-conflict");
    }

    [Fact]
    public async Task A_job_whose_unique_id_is_taken_is_a_duplicate_and_no_conflict()
    {
        await using var node = await StartAsync(o => o.Queues["jobs"] = new WsmqQueueOptions());
        using var alice = HttpCaller.Of(node, "alice");
        var first = await alice.SendAsync(new { to = "work:jobs", id = "a", uniqueId = "u", body = 1 });

        var taken = await alice.SendAsync(new { to = "work:jobs", id = "b", uniqueId = "u", body = 2 });

        taken.Status.Should().Be(201);
        taken.TextOf("position").Should().Be(first.TextOf("position"));
        taken.Json.GetProperty("uniqueIdTaken").GetBoolean().Should().BeTrue();
    }

    [Fact]
    public async Task A_message_with_a_delay_has_the_time_at_which_it_is_due_and_can_be_cancelled()
    {
        await using var node = await StartAsync();
        using var alice = HttpCaller.Of(node, "alice");
        using var eve = HttpCaller.Of(node, "eve");
        var sent = await alice.SendAsync(new { to = "user:bob", body = 1, delay = 3_600_000 }, key: "k");
        var again = await alice.SendAsync(new { to = "user:bob", body = 1, delay = 3_600_000 }, key: "k");
        var many = await alice.PostAsync("/messages", """[{"to":"user:bob","id":"m","delay":3600000}]""");

        sent.Status.Should().Be(201);
        sent.Json.EnumerateObject().Select(p => p.Name).Should().Equal("id", "dueAt", "duplicate");
        again.Json.GetRawText().Should().Be("""{"id":"k","duplicate":true}""");
        many.Json[0].EnumerateObject().Select(p => p.Name).Should().Equal("status", "id", "dueAt", "duplicate");
        (await eve.AskAsync("DELETE", "/messages?to=user:bob&id=k")).Text.Should().Be("false");
        (await alice.AskAsync("DELETE", "/messages?to=user:bob&id=k")).Text.Should().Be("true");
        (await alice.AskAsync("DELETE", "/messages?to=user:bob&id=k")).Text.Should().Be("false");
        (await alice.AskAsync("DELETE", "/messages?to=user:bob")).Code.Should().Be("invalid-message");
    }

    [Fact]
    public async Task State_is_replaced_and_removed_and_belongs_to_what_is_compared()
    {
        await using var node = await StartAsync();
        using var alice = HttpCaller.Of(node, "alice");
        using var bob = HttpCaller.Of(node, "bob");
        var first = await alice.SendAsync(new { to = "user:bob", body = 1, stateKey = "price" }, key: "k");
        var again = await alice.SendAsync(new { to = "user:bob", body = 1, stateKey = "price" }, key: "k");
        var other = await alice.SendAsync(new { to = "user:bob", body = 1, stateKey = "status" }, key: "k");
        var second = await alice.SendAsync(new { to = "user:bob", body = 2, stateKey = "price" });
        var state = await bob.GetAsync("/state?source=user:bob");
        var removal = await alice.SendAsync(new { to = "user:bob", stateKey = "price", removeState = true });

        again.TextOf("position").Should().Be(first.TextOf("position"));
        again.Json.GetProperty("duplicate").GetBoolean().Should().BeTrue();
        other.Code.Should().Be("id-conflict");
        state.Json.GetProperty("messages").EnumerateArray().Select(m => m.GetProperty("position").GetString())
            .Should().Equal(second.TextOf("position"));
        (await bob.GetAsync("/state?source=user:bob")).Text.Should().Be($$"""{"through":"{{removal.TextOf("position")}}","messages":[]}""");
        var entry = (await bob.ReadAsync("user:bob")).Json.GetProperty("entries")[2];
        entry.EnumerateObject().Select(p => p.Name)
            .Should().Equal("source", "position", "previous", "id", "sender", "sentAt", "stateKey", "removeState", "body");
        entry.GetProperty("body").GetRawText().Should().Be("null");
    }

    [Fact]
    public async Task A_key_of_state_beyond_the_limit_is_refused_and_another_message_of_a_key_is_not()
    {
        await using var node = await StartAsync(o => o.Publish.MaxStateKeys = 1);
        using var alice = HttpCaller.Of(node, "alice");
        await alice.SendAsync(new { to = "user:bob", body = 1, stateKey = "a" });

        var refused = await alice.SendAsync(new { to = "user:bob", body = 1, stateKey = "b" });
        var many = await alice.SendAsync(new[]
        {
            new { to = "user:bob", id = "1", stateKey = "a" }, new { to = "user:bob", id = "2", stateKey = "b" },
        });

        (refused.Status, refused.Code).Should().Be((409, "too-much-state"));
        many.Json.EnumerateArray().Select(r => r.GetProperty("status").GetInt32()).Should().Equal(201, 409);
    }

    [Fact]
    public async Task A_message_that_expects_another_tail_is_refused_and_a_repeat_is_not()
    {
        await using var node = await StartAsync();
        using var alice = HttpCaller.Of(node, "alice");
        var message = new { to = "user:bob", body = 1, expectedTail = "0000000000000000" };
        var first = await alice.SendAsync(message, key: "a");
        var position = first.TextOf("position");

        var again = await alice.SendAsync(message, key: "a");
        var refused = await alice.SendAsync(message, key: "b");
        var many = await alice.SendAsync(new[]
        {
            new { to = "user:bob", id = "c", expectedTail = position }, new { to = "user:bob", id = "d", expectedTail = position },
        });

        first.Status.Should().Be(201);
        again.Json.GetRawText().Should().Be($$"""{"id":"a","position":"{{position}}","duplicate":true}""");
        (refused.Status, refused.Code).Should().Be((409, "position-conflict"));
        many.Status.Should().Be(207);
        many.Json[0].GetProperty("status").GetInt32().Should().Be(201);
        many.Json[1].GetProperty("error").GetProperty("code").GetString().Should().Be("position-conflict");
    }

    [Fact]
    public async Task A_place_in_a_sequence_is_repeated_and_what_skips_a_number_is_refused()
    {
        await using var node = await StartAsync();
        using var alice = HttpCaller.Of(node, "alice");
        var first = await alice.SendAsync(Place(1));
        var again = await alice.SendAsync(Place(1));
        var skips = await alice.SendAsync(Place(3));
        var many = await alice.SendAsync(new[] { Place(2, type: string.Empty), Place(3), Place(2) });

        var position = first.TextOf("position");
        first.Json.GetRawText().Should().Be($$"""{"id":"shop-1-1","position":"{{position}}","duplicate":false}""");
        again.Json.GetRawText().Should().Be($$"""{"id":"shop-1-1","position":"{{position}}","duplicate":true}""");
        (skips.Status, skips.Code).Should().Be((409, "out-of-sequence"));
        many.Status.Should().Be(207);
        many.Json.EnumerateArray().Select(r => r.GetProperty("status").GetInt32()).Should().Equal(400, 201, 400);
        many.Json[2].GetProperty("error").GetProperty("code").GetString().Should().Be("invalid-message", "the refusal has used the number up");

        static object Place(int seq, string? type = "order") => new { to = "user:bob", type, body = seq, producer = "shop", epoch = 1, seq };
    }

    [Fact]
    public async Task A_message_that_is_no_longer_stored_is_not_compared()
    {
        await using var node = await StartAsync(o => o.Retention.MaxCount = 1);
        using var alice = HttpCaller.Of(node, "alice");
        var first = await alice.SendAsync(new { to = "user:bob", body = 1 }, key: "k");
        await alice.SendAsync(new { to = "user:bob", body = 2 });

        var again = await alice.SendAsync(new { to = "user:bob", body = 3 }, key: "k");

        again.TextOf("position").Should().Be(first.TextOf("position"));
        again.Json.GetProperty("duplicate").GetBoolean().Should().BeTrue();
    }

    [Fact]
    public async Task A_refused_attempt_does_not_use_the_key_up()
    {
        await using var node = await StartAsync(o => o.Publish.MaxBodyBytes = 1024);
        using var alice = HttpCaller.Of(node, "alice");

        var refused = await alice.SendAsync(new { to = "user:bob", body = new string('x', 2000) }, key: "k");
        var sent = await alice.SendAsync(new { to = "user:bob", body = "short" }, key: "k");

        (refused.Status, refused.Code).Should().Be((413, "message-too-large"));
        sent.Status.Should().Be(201);
        sent.Json.GetProperty("duplicate").GetBoolean().Should().BeFalse();
    }

    [Fact]
    public async Task Each_message_of_an_array_has_a_result_of_its_own_in_its_order()
    {
        await using var node = await StartAsync();
        using var alice = HttpCaller.Of(node, "alice");

        var all = await alice.SendAsync(new object[] { new { to = "user:bob", id = "a" }, new { to = "user:bob", id = "b" } });
        var some = await alice.SendAsync(new object[]
        {
            new { to = "user:bob", id = "a" }, new { to = "group:secret", id = "c" }, new { to = "nowhere" }, new { to = "user:bob", bdy = 1 }, 7,
        });

        all.Status.Should().Be(200);
        all.Json.EnumerateArray().Select(r => (r.GetProperty("status").GetInt32(), r.GetProperty("id").GetString())).Should().Equal((201, "a"), (201, "b"));
        some.Status.Should().Be(207);
        some.Json.EnumerateArray().Select(r => r.GetProperty("status").GetInt32()).Should().Equal(201, 403, 400, 400, 400);
        some.Json[0].GetProperty("duplicate").GetBoolean().Should().BeTrue();
        some.Json[1].GetProperty("error").GetProperty("code").GetString().Should().Be("send-not-allowed");
        some.Json[3].GetProperty("error").GetProperty("detail").GetString().Should().Be("there is no field bdy");
        (await alice.PostAsync("/messages", "[]")).Should().BeEquivalentTo(new { Status = 200, Text = "[]" });
    }

    [Fact]
    public async Task A_key_for_an_array_and_a_key_that_differs_from_the_id_are_refused()
    {
        await using var node = await StartAsync();
        using var alice = HttpCaller.Of(node, "alice");

        (await alice.SendAsync(new object[] { new { to = "user:bob" } }, key: "k")).Code.Should().Be("invalid-message");
        (await alice.SendAsync(new { to = "user:bob", id = "other" }, key: "k")).Code.Should().Be("invalid-message");
        (await alice.SendAsync(new { to = "user:bob", id = "k" }, key: "k")).Status.Should().Be(201);
        (await alice.SendAsync(new { to = "user:bob" }, key: new string('k', 129))).Code.Should().Be("invalid-message");
    }

    [Fact]
    public async Task A_message_sent_again_on_another_node_after_a_lost_answer_is_stored_once()
    {
        await using var first = await StartAsync();
        await using var second = await StartSecondAsync(first);
        using var before = HttpCaller.Of(first, "alice");
        using var after = HttpCaller.Of(second, "alice");
        var receipt = await before.SendAsync(new { to = "user:bob", body = 1 }, key: "k");

        var again = await after.SendAsync(new { to = "user:bob", body = 1 }, key: "k");
        var other = await after.SendAsync(new { to = "user:bob", body = 2 }, key: "k");

        again.TextOf("position").Should().Be(receipt.TextOf("position"));
        other.Code.Should().Be("id-conflict");
    }

    /// <summary>Another node of the deployment; the same one if the store has only one.</summary>
    private protected virtual Task<TestNode> StartSecondAsync(TestNode first) => Task.FromResult(first);

    private protected abstract void UseStore(WsmqBuilder builder);

    private protected Task<TestNode> StartAsync(Action<WsmqOptions>? options = null) =>
        HttpCaller.StartNodeAsync(UseStore, options, ApiAuthorizer.Use);
}

public sealed class SqliteSendTests : SendContract
{
    private readonly TempFolder _folder = new();

    public override Task DisposeAsync()
    {
        _folder.Dispose();
        return Task.CompletedTask;
    }

    private protected override void UseStore(WsmqBuilder builder) => builder.UseSqlite(_folder.File("wsmq.db"));
}

public sealed class RedisSendTests(SharedRedis redis) : SendContract, IClassFixture<SharedRedis>
{
    private readonly string _prefix = redis.NextPrefix();

    public override Task DisposeAsync() => Task.CompletedTask;

    private protected override Task<TestNode> StartSecondAsync(TestNode first) => StartAsync();

    private protected override void UseStore(WsmqBuilder builder) => builder.UseRedis(redis.Server.EndPoint, o => o.KeyPrefix = _prefix);
}
