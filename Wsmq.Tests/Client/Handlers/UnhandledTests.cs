using Microsoft.Extensions.Time.Testing;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Client;

/// <summary>Messages without a handler, and bodies that cannot be read as their type.</summary>
public sealed class UnhandledTests : ClientTest
{
    private readonly RecordedLogs _logs = new();
    private WsmqUnhandledMessagePolicy _unhandled;

    private sealed record Strict
    {
        public required string Id { get; init; }

        public double Total { get; init; }
    }

    private protected override void Configure(WsmqClientOptions options) => options.UnhandledMessages = _unhandled;

    [Fact]
    public async Task A_message_without_a_handler_is_dead_lettered_at_the_first_attempt_and_the_next_is_handled()
    {
        // Long backoff: a DeadLettered that arrives after the answer to Nack must not meet a second attempt.
        await using var client = new WsmqClient(Server.Url, o => (o.HandlerBackoff.Min, o.HandlerBackoff.Max) = (TimeSpan.FromHours(1), TimeSpan.FromHours(1)));
        client.Error += (_, e) => Errors.Enqueue(e);
        client.On<Line>((message, _) =>
        {
            Handled.Enqueue(message.Body.Text);
            return Task.CompletedTask;
        });
        Script.OnNack = async (source, position, caller) =>
        {
            await caller.DeadLettered(source, position, 1);
            return 1;
        };
        await client.StartAsync();
        await Server.Everyone.Receive(Entry.Raw(1, "other", "1"));
        await Server.Everyone.Receive(Entry.Raw(2, null, "1"));
        await Server.Everyone.Receive(Entry.Raw(3, "other", "1") with { Body = null, Data = new byte[] { 1 }, ContentType = "a/b" });
        await Server.Everyone.Receive(Entry.Chat(4));

        await AckedIs(4);
        Handled.Should().Equal("4");
        Script.Nacks.Select(f => (f.Position, f.Reason)).Should().Equal(
            (Entry.At(1), "no-handler"), (Entry.At(2), "no-handler"), (Entry.At(3), "no-handler"));
        Errors.Select(e => (e.Operation, e.Delivery!.Position)).Should().Equal(
            (WsmqClientOperation.FindHandler, Entry.At(1)), (WsmqClientOperation.FindHandler, Entry.At(2)), (WsmqClientOperation.FindHandler, Entry.At(3)));
    }

    [Fact]
    public async Task A_message_without_a_handler_is_not_acknowledged_when_the_server_does_not_support_Nack()
    {
        Record();
        Script.OnNack = (_, _, _) => throw new InvalidOperationException("an older server");
        Script.OnConnected = async client =>
        {
            await client.Receive(Entry.Raw(1, "other", "1"));
            await client.Receive(Entry.Chat(2));
        };
        await Client.StartAsync();
        await Eventually.That("it was nacked several times", () => Script.Nacks.Count > 2);
        Script.Acks.Should().BeEmpty();
        Handled.Should().BeEmpty();
    }

    [Fact]
    public async Task Messages_without_a_handler_are_acknowledged_silently_with_UnhandledMessages_Ignore()
    {
        _unhandled = WsmqUnhandledMessagePolicy.Acknowledge;
        await using var client = NewClient(Server.Url);
        client.On<Line>((_, _) => Task.CompletedTask);
        Script.OnConnected = async caller =>
        {
            await caller.Receive(Entry.Raw(1, "other", "1"));
            await caller.Receive(Entry.Raw(2, null, "1"));
        };
        await client.StartAsync();
        await AckedIs(2);
        Script.Nacks.Should().BeEmpty();
        Errors.Should().BeEmpty();
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\"x\"")]
    [InlineData("{}")]
    [InlineData("{\"id\":\"x\",\"total\":\"many\"}")]
    [InlineData("{\"id\":\"x\",\"total\":null}")]
    [InlineData("{\"id\":7}")]
    [InlineData("{\"id\":\"hi \\ud83d\"}")]
    public async Task A_body_that_cannot_be_read_is_a_failed_attempt_like_any_other(string json)
    {
        Client.On<Strict>("strict", (message, _) => throw new InvalidOperationException("handled " + message.Body));
        Record();
        await FailsUntilItIsSkippedAsync(Entry.Raw(1, "strict", json));
    }

    [Fact]
    public async Task Binary_data_for_a_JSON_type_is_a_failed_attempt_like_any_other()
    {
        Client.On<Strict>("strict", (message, _) => throw new InvalidOperationException("handled " + message.Body));
        Record();
        await FailsUntilItIsSkippedAsync(Entry.Raw(1, "strict", "1") with { Body = null, Data = new byte[] { 1 }, ContentType = "a/b" });
    }

    private async Task FailsUntilItIsSkippedAsync(WsmqDelivery delivery)
    {
        Script.OnNack = async (source, position, client) =>
        {
            if (Script.Nacks.Count >= 2)
                await client.DeadLettered(source, position, 2);
            return Script.Nacks.Count;
        };
        Script.OnConnected = async client =>
        {
            await client.Receive(delivery);
            await client.Receive(Entry.Chat(2));
        };
        await Client.StartAsync();

        await AckedIs(2);
        Handled.Should().Equal("2");
        Errors.Should().HaveCountGreaterThanOrEqualTo(2).And.OnlyContain(e => e.Operation == WsmqClientOperation.ReadBody && e.Delivery!.Position == Entry.At(1));
        Script.Nacks.Should().HaveCountGreaterThanOrEqualTo(2).And.OnlyContain(f => f.Position == Entry.At(1) && f.Reason!.EndsWith("Exception"));
    }

    [Fact]
    public async Task A_null_body_is_a_value_of_a_nullable_type()
    {
        Client.On<int?>("number", (message, _) =>
        {
            Handled.Enqueue($"{message.Body}");
            return Task.CompletedTask;
        });
        Script.OnConnected = async client =>
        {
            await client.Receive(Entry.Raw(1, "number", "null"));
            await client.Receive(Entry.Raw(2, "number", "7"));
        };
        await Client.StartAsync();
        await HandledAre("", "7");
        Errors.Should().BeEmpty();
    }

    [Fact]
    public async Task Leaving_an_enumeration_before_the_next_message_is_a_failed_attempt_at_the_current_one()
    {
        Script.OnConnected = Entry.Chats(1, 2);
        await Client.StartAsync();
        for (var attempt = 1; attempt <= 2; attempt++)
        {
            var reading = async () =>
            {
                await foreach (var delivery in Client.ReadAllAsync())
                    delivery.Body!.Value.To<int>();
            };
            await reading.Should().ThrowAsync<System.Text.Json.JsonException>();
            await Eventually.That("it is nacked", () => Script.Nacks.Count == attempt);
        }

        Script.Nacks.Should().OnlyContain(f => f.Position == Entry.At(1) && f.Reason == "reading-ended");
        Script.Acks.Should().BeEmpty();
    }

    [Fact]
    public void Each_unhandled_type_is_logged_at_once_and_then_once_a_minute_with_its_count()
    {
        var time = new FakeTimeProvider();
        var log = new UnhandledLog(_logs.CreateLogger("client"), time);
        for (var i = 0; i < 100; i++)
            log.Note(Entry.Raw(i, "a", "1"));
        log.Note(Entry.Raw(200, null, "1"));
        Lines().Should().HaveCount(2);
        time.Advance(TimeSpan.FromMinutes(1));
        log.Note(Entry.Raw(300, "a", "1"));
        Lines().Should().HaveCount(3).And.Contain(l => l.Contains("type a: 100 dead-lettered", StringComparison.Ordinal));

        for (var i = 0; i < 1_000; i++)
            log.Note(Entry.Raw(i, $"type {i}", "1"));
        Lines().Should().HaveCountLessThan(100, "senders choose the types");

        List<string> Lines() => [.. _logs.All.Where(m => m.Contains("No handler takes", StringComparison.Ordinal))];
    }
}
