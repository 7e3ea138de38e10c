using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Hubs;

/// <summary>All calls of the server, and how the client library handles them, in an app whose own hubs use other JSON settings.</summary>
public sealed partial class OwnWireCallsTests : IDisposable
{
    private static readonly Dictionary<string, Action<JsonSerializerOptions>> Apps = new()
    {
        ["nothing"] = _ => { },
        ["references preserved"] = o => o.ReferenceHandler = ReferenceHandler.Preserve,
        ["defaults left out"] = o => o.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
        ["numbers as text"] = o => o.NumberHandling = JsonNumberHandling.WriteAsString,
        ["converters for numbers and for true and false"] = o =>
        {
            o.Converters.Add(new AsText<long>(t => t.GetInt64()));
            o.Converters.Add(new AsText<int>(t => t.GetInt32()));
            o.Converters.Add(new AsText<bool>(t => t.GetBoolean()));
        },
        ["enumerations as text"] = o => o.Converters.Add(new JsonStringEnumConverter()),
        ["snake case"] = o => (o.PropertyNamingPolicy, o.DictionaryKeyPolicy) = (JsonNamingPolicy.SnakeCaseLower, JsonNamingPolicy.SnakeCaseUpper),
    };

    private readonly TempFolder _folder = new();

    public static TheoryData<string> Names => [.. Apps.Keys];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Every_call_of_the_server_is_written_as_the_protocol_document_says(string app)
    {
        // The log stores four entries, the node caches none, and two may be in flight.
        await using var node = await StartAsync(app, o =>
        {
            (o.Retention.MaxCount, o.Delivery.CachedEntriesPerAddress, o.Delivery.MaxInFlightMessages, o.DeadLetters.MaxAttempts) = (4, 0, 2, 2);
            (o.Delivery.StallAfter, o.Drain.Timeout, o.Drain.Spread, o.Drain.ReadinessDelay) = (TimeSpan.FromMilliseconds(200), TimeSpan.FromMinutes(3), TimeSpan.Zero, TimeSpan.Zero);
        });
        var positions = (await node.Publisher.SendManyAsync([.. Enumerable.Range(0, 6).Select(i =>
            new WsmqOutgoingMessage { To = "user:bob", Id = $"m{i}", Body = WsmqJsonBody.Parse($"{i}") })])).Select(r => r.Receipt!.Position).ToArray();
        await using var bob = await RawClient.ConnectAsync(node, "bob", "&batch=true&store=true");

        await ComesAsync(bob, """{"type":1,"target":"StoreState","arguments":[true]}""");
        await ComesAsync(bob, $$"""{"type":1,"target":"ReceiveMany","arguments":[[{{Delivery(positions, 2)}},{{Delivery(positions, 3)}}]]}""");
        await ComesAsync(bob, $$"""{"type":1,"target":"Stalled","arguments":["user:bob","{{positions[3]}}"]}""");
        foreach (var (id, attempts) in new[] { ("1", 1), ("2", 2) })
        {
            await bob.SendAsync($$"""{"type":1,"invocationId":"{{id}}","target":"Nack","arguments":["user:bob","{{positions[2]}}","Boom"]}""");
            await ComesAsync(bob, $$"""{"type":3,"invocationId":"{{id}}","result":{{attempts}}}""");
        }

        await ComesAsync(bob, $$"""{"type":1,"target":"DeadLettered","arguments":["user:bob","{{positions[2]}}",2]}""");
        await bob.SendAsync($$"""{"type":1,"invocationId":"3","target":"Resume","arguments":["user:bob","{{positions[0]}}"]}""");
        await ComesAsync(bob, """{"type":3,"invocationId":"3","result":null}""");
        await ComesAsync(bob, $$"""{"type":1,"target":"Gap","arguments":["user:bob","{{positions[0]}}","{{new WsmqPosition(WsmqPosition.Parse(positions[1]).Value + 1)}}","retention"]}""");

        var stop = StopAsync(node);
        await ComesAsync(bob, """{"type":1,"target":"Reconnect","arguments":[0]}""");
        await bob.DisposeAsync();
        await stop;
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Presence_is_written_as_the_protocol_document_says(string app)
    {
        await using var node = await StartAsync(app, o => (o.Presence.IsEnabled, o.Nodes.AnswerTimeout) = (true, TimeSpan.FromSeconds(30)));
        await using var bob = await RawClient.ConnectAsync(node, "bob", "&device=web");
        const string Web = """{"device":"web","since":"T","status":"online"}""";
        const string Typing = """{"device":"web","since":"T","status":"online","data":{"typing":true}}""";

        await bob.SendAsync("""{"type":1,"invocationId":"1","target":"WatchPresence","arguments":["user:bob"]}""");
        await ComesAsync(bob, $$"""{"type":3,"invocationId":"1","result":{"address":"user:bob","version":1,"online":1,"away":0,"members":[{{User(Web)}}]""" + "}}");
        await bob.SendAsync("""{"type":1,"invocationId":"2","target":"SetPresence","arguments":[false,{"typing":true}]}""");
        await ComesAsync(bob, """{"type":3,"invocationId":"2","result":null}""");
        await ComesAsync(
            bob,
            $$"""{"type":1,"target":"Presence","arguments":[{"address":"user:bob","version":2,"online":1,"away":0,"changes":[{"before":{{User(Web)}},"""
            + "\"after\":" + User(Typing) + "}]}]}");
        await bob.SendAsync("""{"type":1,"invocationId":"3","target":"GetPresence","arguments":[["bob"]]}""");
        await ComesAsync(bob, $$"""{"type":3,"invocationId":"3","result":[{{User(Typing)}}]}""");
        await bob.SendAsync("""{"type":1,"invocationId":"4","target":"UnwatchPresence","arguments":["user:bob"]}""");
        await ComesAsync(bob, """{"type":3,"invocationId":"4","result":null}""");

        static string User(string device) => $$"""{"user":"bob","status":"online","devices":[{{device}}]}""";
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task The_client_library_gets_its_receipts_and_the_reconnect_request(string app)
    {
        await using var node = await StartAsync(app, o => (o.Drain.Timeout, o.Drain.Spread, o.Drain.ReadinessDelay) = (TimeSpan.FromMinutes(3), TimeSpan.Zero, TimeSpan.Zero));
        await using var bob = await TypedClient.StartAsync(node.Hub, "bob");

        var first = await bob.Client.SendAsync(WsmqAddress.User("bob"), new Number(1), new WsmqSendOptions { Id = "once" });
        var again = await bob.Client.SendAsync(WsmqAddress.User("bob"), new Number(1), new WsmqSendOptions { Id = "once" });
        var refused = await bob.Invoking(b => b.SendAsync("group:others", 2)).Should().ThrowAsync<WsmqException>();
        await bob.HandlesAsync([1]);
        await StopAsync(node);

        (again.Position, first.Duplicate, again.Duplicate).Should().Be((first.Position, false, true));
        refused.Which.Error.Should().Be(WsmqErrors.SendNotAllowed);
        await Eventually.That("the client is reconnecting", () => bob.States.Contains(WsmqClientState.Reconnecting));
        await Eventually.That("it has tried", () => bob.Errors.Count > 0);
        bob.Errors.Should().OnlyContain(e => e.Operation == WsmqClientOperation.Connect, "there is no other node");
    }

    // Only a client that disconnects by itself ends the drain in this time. DisposeAsync blocks, hence a thread of its own.
    private static Task StopAsync(TestNode node) => Task.Run(async () => await node.DisposeAsync()).WaitAsync(TimeSpan.FromMinutes(1.5));

    private static string Delivery(string[] positions, int number) =>
        $$"""{"source":"user:bob","position":"{{positions[number]}}","previous":"{{positions[number - 1]}}","id":"m{{number}}","sentAt":"T","body":{{number}}}""";

    private static async Task ComesAsync(RawClient client, string frame)
    {
        // Times differ between runs.
        IEnumerable<string> Seen() => client.All.SelectMany(m => m.Split(HubSocket.Separator)).Select(f => Time().Replace(f, "\"$1\":\"T\""));
        await Eventually.That($"{frame} arrives", () => client.Ended || Seen().Contains(frame, StringComparer.Ordinal));
        Seen().Should().Contain(frame);
    }

    private Task<TestNode> StartAsync(string app, Action<WsmqOptions> options) => TestNode.StartAsync(
        s => s.UseSqlite(_folder.File("wsmq.db")), options,
        services: b => b.Services.AddSignalR().AddJsonProtocol(o => Apps[app](o.PayloadSerializerOptions)));

    [GeneratedRegex("\"(sentAt|since)\":[0-9]+")]
    private static partial Regex Time();

    private sealed class AsText<T>(Func<JsonElement, T> read) : JsonConverter<T>
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => read(JsonElement.ParseValue(ref reader));

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue($"{value}");
    }
}
