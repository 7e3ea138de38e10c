using System.Collections.Concurrent;
using System.Text.Json.Serialization;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Publishing;

/// <summary>Types and bodies between the app's publisher, the .NET client and its handlers, over a real node.</summary>
public sealed class MessageTypeTests : IAsyncLifetime
{
    private static readonly WsmqAddress Bob = WsmqAddress.User("bob");

    private readonly TempFolder _folder = new();
    private readonly ConcurrentQueue<string> _handled = [];
    private TestNode _node = null!;
    private WsmqClient _client = null!;

    public interface IEvent;

    public sealed record Shipped(string Id) : IEvent;

    [JsonDerivedType(typeof(Left), "left")]
    public abstract record Moved(int N);

    public sealed record Left(int N, string Where) : Moved(N);

    public sealed record Envelope<T>(T Content);

    public static class Orders
    {
        public sealed record Created(int Number);
    }

    public static class Users
    {
        public sealed record Created(string? Name);
    }

    public async Task InitializeAsync()
    {
        _node = await TestNode.StartAsync(s => s.UseSqlite(_folder.File("types.db")));
        _client = new WsmqClient(_node.Hub, o => o.AccessTokenProvider = _ => Task.FromResult<string?>(TestTokens.For("bob")));
    }

    public async Task DisposeAsync()
    {
        await _client.DisposeAsync();
        await _node.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_message_reaches_the_handler_of_its_runtime_type_whatever_its_declared_type()
    {
        Handle<Shipped>();
        Handle<Moved>();
        Handle<Envelope<Shipped>>();
        Handle<Envelope<int>>();
        Handle<Orders.Created>();
        Handle<Users.Created>();
        Handle<List<int>>();
        Handle<int?>();
        await _client.StartAsync();
        foreach (var send in new Func<object, Task>[] { m => _client.SendAsync(Bob, m), m => _node.Publisher.SendAsync(Bob, m) })
        {
            _handled.Clear();
            await send(new Shipped("8"));
            await send(new Envelope<Shipped>(new Shipped("9")));
            await send(new Envelope<int>(1));
            await send(new Orders.Created(7));
            await send(new Users.Created("eve"));
            await send(new List<int> { 1, 2 });
            await send(5);
            await Eventually.That("all are handled", () => _handled.Count == 7);
            _handled.Should().Equal(
                "Shipped Shipped { Id = 8 }", "Envelope`1 Envelope { Content = Shipped { Id = 9 } }", "Envelope`1 Envelope { Content = 1 }",
                "Created Created { Number = 7 }", "Created Created { Name = eve }", "List`1 System.Collections.Generic.List`1[System.Int32]",
                "Nullable`1 5");
        }
    }

    [Fact]
    public async Task A_message_declared_as_a_base_type_arrives_as_the_derived_type_that_was_sent()
    {
        Handle<Shipped>();
        Handle<Moved>();
        await _client.StartAsync();
        IEvent shipped = new Shipped("7");
        Moved moved = new Left(4, "there");
        await _client.SendAsync(Bob, shipped);
        await _client.SendAsync(Bob, moved);
        await _node.Publisher.SendAsync(Bob, shipped);
        await _node.Publisher.SendAsync(Bob, moved, new WsmqSendOptions { Id = "m1" });
        (await _node.Publisher.SendAsync(Bob, moved, new WsmqSendOptions { Id = "m1" })).Duplicate.Should().BeTrue();

        string[] once = ["Shipped Shipped { Id = 7 }", "Moved Left { N = 4, Where = there }"];
        await Eventually.That("all are handled", () => _handled.Count == 4);
        _handled.Should().Equal([.. once, .. once]);
    }

    [Fact]
    public async Task A_list_whose_elements_would_lose_their_data_is_refused_with_invalid_body()
    {
        Handle<Shipped[]>();
        await _client.StartAsync();
        IEvent[] events = [new Shipped("7")];
        var named = new WsmqSendOptions { Type = WsmqMessageTypeAttribute.NameOf(typeof(Shipped[])) };
        foreach (var send in new Func<Task>[] { () => _client.SendAsync(Bob, events, named), () => _node.Publisher.SendAsync(Bob, events, named) })
            (await FluentActions.Awaiting(send).Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(WsmqErrors.InvalidBody);
        await _client.SendAsync(Bob, new[] { new Shipped("8") });
        await Eventually.That("the list declared with its element type arrives", () => !_handled.IsEmpty);
        _handled.Should().HaveCount(1);
    }

    [Fact]
    public async Task A_message_whose_type_has_no_name_is_refused_unless_the_send_names_one()
    {
        _client.On<Dictionary<string, string>>("note", (message, _) => Seen("note", message.Body["text"]));
        await _client.StartAsync();
        foreach (var send in new Func<WsmqSendOptions?, Task>[]
                 {
                     o => o is null ? _client.SendAsync(Bob, new { Text = "hi" }) : _client.SendAsync(Bob, new { Text = "hi" }, o),
                     o => o is null ? _node.Publisher.SendAsync(Bob, new { Text = "hi" }) : _node.Publisher.SendAsync(Bob, new { Text = "hi" }, o),
                 })
        {
            (await FluentActions.Awaiting(() => send(null)).Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(WsmqErrors.NoTypeName);
            await send(new WsmqSendOptions { Type = "note" });
        }

        await Eventually.That("both are handled", () => _handled.Count == 2);
        _handled.Should().Equal("note hi", "note hi");
    }

    [Fact]
    public void A_handler_for_a_type_that_no_message_is_sent_as_is_refused()
    {
        foreach (var on in new Action[] { () => Handle<IEvent>(), () => Handle<object>(), () => Handle<(int, string)>(), () => Handle<IReadOnlyList<int>>() })
            on.Should().Throw<WsmqException>().Which.Error.Should().Be(WsmqErrors.NoTypeName);
        FluentActions.Invoking(() => _client.OnLive<IEvent>((_, _) => Task.CompletedTask)).Should().Throw<WsmqException>();
    }

    [Fact]
    public async Task Text_in_any_alphabet_is_counted_and_stored_as_UTF_8()
    {
        await using var raw = await PlainClient.ConnectAsync(_node, "bob", "plain");
        await _client.StartAsync();
        foreach (var text in new[] { new string('Ж', 120_000), new string('漢', 80_000), string.Concat(Enumerable.Repeat("😀", 60_000)) })
        {
            await _client.SendAsync(Bob, new Shipped(text));
            await _node.Publisher.SendAsync(Bob, new Shipped(text), new WsmqSendOptions { Headers = new Dictionary<string, string> { ["h"] = text[..1_000] } });
        }

        await Eventually.That("all messages arrive", () => raw.Received.Count == 6);
        raw.Bodies.Should().NotContain(b => b.Contains("\\u", StringComparison.Ordinal));
    }

    private void Handle<T>() =>
        _client.On<T>((message, _) => Seen(typeof(T).Name, message.Body));

    private Task Seen(string handler, object? body)
    {
        _handled.Enqueue($"{handler} {body}");
        return Task.CompletedTask;
    }
}
