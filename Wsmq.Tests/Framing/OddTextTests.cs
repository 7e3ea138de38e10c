using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Framing;

/// <summary>Text that is not valid Unicode, and JSON that does not fit the type of the handler, over a real node.</summary>
public sealed class OddTextTests : IAsyncLifetime
{
    private const string Half = "hi \ud83d";
    private readonly TempFolder _folder = new();
    private TestNode _node = null!;

    [WsmqMessageType("order")]
    private sealed record Order
    {
        public required string Id { get; init; }

        public double Total { get; init; }

        public int Count { get; init; }
    }

    public async Task InitializeAsync() => _node = await TestNode.StartAsync(s => s.UseSqlite(_folder.File("wsmq.db")), o => o.DeadLetters.MaxAttempts = 2);

    public async Task DisposeAsync()
    {
        await _node.DisposeAsync();
        _folder.Dispose();
    }

    public static TheoryData<string, WsmqSendOptions> Texts => new()
    {
        { "a header's value", new WsmqSendOptions { Headers = new Dictionary<string, string> { ["h"] = Half } } },
        { "a header's name", new WsmqSendOptions { Headers = new Dictionary<string, string> { ["\ude00"] = "v" } } },
        { "an id", new WsmqSendOptions { Id = Half } },
        { "a type", new WsmqSendOptions { Type = "\ud83d\ud83d\ude00" } },
        { "a correlation id", new WsmqSendOptions { CorrelationId = "\ude00\ud83d" } },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public async Task A_lone_surrogate_in_the_metadata_of_a_message_is_refused_at_the_send(string where, WsmqSendOptions options)
    {
        await using var alice = await TypedClient.StartAsync(_node.Hub, "alice");
        await using var bob = await PlainClient.ConnectAsync(_node, "bob");

        foreach (var send in new Func<Task>[]
        {
            () => alice.Client.SendAsync(WsmqAddress.User("bob"), new Number(1), options),
            () => _node.Publisher.SendAsync(WsmqAddress.User("bob"), new Number(1), options),
        })
            (await send.Should().ThrowAsync<WsmqException>(where)).Which.Error.Should().Be(WsmqErrors.InvalidMessage);

        await alice.Client.SendAsync(WsmqAddress.User("bob"), new Number(2), new WsmqSendOptions { Headers = new Dictionary<string, string> { ["\ud83d\ude00"] = "\ud83d\ude00\ud83d\ude00!" } });
        await bob.ReceivesAsync("""{"value":2}""");
        bob.Received[0].Headers.Should().BeEquivalentTo(new Dictionary<string, string> { ["\ud83d\ude00"] = "\ud83d\ude00\ud83d\ude00!" });
    }

    [Fact]
    public async Task A_lone_surrogate_in_a_body_arrives_as_the_replacement_character_of_the_serializer()
    {
        await using var alice = await TypedClient.StartAsync(_node.Hub, "alice");
        await using var plain = await PlainClient.ConnectAsync(_node, "bob", "plain");
        var handled = new ConcurrentQueue<string>();
        await using var typed = await StartAsync(handled, []);

        await alice.Client.SendAsync(WsmqAddress.User("bob"), new Order { Id = Half });
        await _node.Publisher.SendAsync(WsmqAddress.User("bob"), new Order { Id = Half });

        await Eventually.That("both messages are handled", () => handled.Count == 2);
        handled.Should().Equal("hi \ufffd", "hi \ufffd");
        await plain.ReceivesAsync([.. Enumerable.Repeat("""{"id":"hi �","total":0,"count":0}""", 2)]);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"x\"")]
    [InlineData("{}")]
    [InlineData("""{"id":7}""")]
    [InlineData("""{"id":"hi \ud83d"}""")]
    [InlineData("""{"id":"x","\ude00":1}""")]
    [InlineData("""{"id":"x","count":1e400}""")]
    [InlineData("""{"id":"x","count":9223372036854775809}""")]
    [InlineData("""{"id":"x","total":"many"}""")]
    public async Task A_body_that_cannot_be_deserialized_is_a_failed_attempt_and_is_dead_lettered_unhandled(string body)
    {
        var (handled, errors) = (new ConcurrentQueue<string>(), new ConcurrentQueue<WsmqErrorEventArgs>());
        await using var bob = await StartAsync(handled, errors);

        var receipt = await SendAsync(body);
        await SendAsync("""{"id":"next"}""");

        await Eventually.That("the next message is handled", () => !handled.IsEmpty);
        handled.Should().Equal("next");
        errors.Should().HaveCountGreaterThanOrEqualTo(2).And.OnlyContain(e => e.Operation == WsmqClientOperation.ReadBody && e.Delivery!.Position == receipt.Position);
        var letter = (await _node.Services.GetRequiredService<IWsmqDeadLetters>().ListAsync("bob")).Should().ContainSingle().Subject;
        (letter.Position.ToString(), letter.Attempts).Should().Be((receipt.Position, 2));
    }

    [Theory]
    [InlineData("""{"id":"a\u0000b"}""", "a\0b")]
    [InlineData("""{"id":"a","id":"b"}""", "b")]
    [InlineData("""{"id":"x","total":1e400}""", "x")]
    [InlineData("""{"id":"x","count":-0}""", "x")]
    [InlineData("""{"id":"x","more":{"deep":[1e400]}}""", "x")]
    public async Task An_unusual_body_that_can_be_deserialized_is_handled(string body, string id)
    {
        var (handled, errors) = (new ConcurrentQueue<string>(), new ConcurrentQueue<WsmqErrorEventArgs>());
        await using var bob = await StartAsync(handled, errors);

        await SendAsync(body);

        await Eventually.That("the message is handled", () => !handled.IsEmpty || !errors.IsEmpty);
        errors.Should().BeEmpty();
        handled.Should().Equal(id);
    }

    private Task<WsmqReceipt> SendAsync(string body) =>
        _node.Publisher.SendAsync(new WsmqOutgoingMessage { To = "user:bob", Type = "order", Body = WsmqJsonBody.Parse(body) });

    private async Task<TypedClient> StartAsync(ConcurrentQueue<string> handled, ConcurrentQueue<WsmqErrorEventArgs> errors)
    {
        var client = new TypedClient(_node.Hub, "bob", null);
        client.Client.Error += (_, e) => errors.Enqueue(e);
        client.Client.On<Order>((message, _) =>
        {
            handled.Enqueue(message.Body.Id);
            return Task.CompletedTask;
        });
        await client.Client.StartAsync();
        return client;
    }
}
