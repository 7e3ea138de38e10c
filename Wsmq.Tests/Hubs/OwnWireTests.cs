using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Hubs;

/// <summary>What an app sets for its own hubs, before or after <c>AddWsmq</c>, does not change the wire format of WsmqHub.</summary>
public sealed partial class OwnWireTests : IDisposable
{
    private static readonly Dictionary<string, Action<IServiceCollection>> Apps = new()
    {
        ["Newtonsoft's protocol"] = s => s.AddSignalR().AddNewtonsoftJsonProtocol(),
        ["MessagePack"] = s => s.AddSignalR().AddMessagePackProtocol(),
        ["MessagePack only"] = s => s.AddSignalR(o => o.SupportedProtocols = ["messagepack"]).AddMessagePackProtocol(),
        ["references preserved"] = Json(o => o.ReferenceHandler = ReferenceHandler.Preserve),
        ["defaults left out"] = Json(o => o.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault),
        ["nulls left out"] = Json(o => o.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull),
        ["numbers as text"] = Json(o => o.NumberHandling = JsonNumberHandling.WriteAsString),
        ["a converter for long"] = Json(o => o.Converters.Add(new LongAsText())),
        ["a converter for text"] = Json(o => o.Converters.Add(new UpperCase())),
        ["snake case"] = Json(o => (o.PropertyNamingPolicy, o.DictionaryKeyPolicy) = (JsonNamingPolicy.SnakeCaseLower, JsonNamingPolicy.SnakeCaseUpper)),
        ["unknown fields refused"] = Json(o => (o.UnmappedMemberHandling, o.PropertyNameCaseInsensitive) = (JsonUnmappedMemberHandling.Disallow, false)),
        ["indented, shallow"] = Json(o => (o.WriteIndented, o.MaxDepth) = (true, 2)),
        ["other options altogether"] = s => s.AddSignalR().AddJsonProtocol(o => o.PayloadSerializerOptions = new() { PropertyNamingPolicy = JsonNamingPolicy.KebabCaseUpper }),
        ["options of HTTP"] = s => s.ConfigureHttpJsonOptions(o => o.SerializerOptions.ReferenceHandler = ReferenceHandler.Preserve),
        ["a filter by type"] = s => s.AddSignalR(o => o.AddFilter<Wrapping>()),
        ["a filter by instance"] = s => s.AddSignalR(o => o.AddFilter(new Wrapping())),
        ["a filter set last"] = s => s.PostConfigure<HubOptions>(o => o.AddFilter(new Wrapping())),
        ["a filter for every options object"] = s => s.ConfigureAll<HubOptions>(o => o.AddFilter(new Wrapping())),
        ["a small frame limit"] = s => s.AddSignalR(o => o.MaximumReceiveMessageSize = 64),
        ["one call at a time, small buffers"] = s => s.AddSignalR(o => (o.MaximumParallelInvocationsPerClient, o.StreamBufferCapacity, o.StatefulReconnectBufferSize) = (1, 1, 1)),
        ["detailed errors"] = s => s.AddSignalR(o => (o.EnableDetailedErrors, o.DisableImplicitFromServicesParameters) = (true, false)),
    };

    private readonly TempFolder _folder = new();

    public static TheoryData<string, bool> Cases
    {
        get
        {
            var cases = new TheoryData<string, bool>();
            foreach (var app in Apps.Keys)
            {
                cases.Add(app, true);
                cases.Add(app, false);
            }

            return cases;
        }
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task The_frames_are_those_of_the_protocol_document_whatever_the_app_sets(string app, bool before)
    {
        var configure = Apps[app];
        await using var node = await TestNode.StartAsync(
            s => s.UseSqlite(_folder.File("wsmq.db")),
            before: b => Apply(b, configure, before),
            services: b => Apply(b, configure, !before));
        await using var alice = await RawClient.ConnectAsync(node, "alice");

        await alice.SendAsync("""{"type":1,"invocationId":"1","target":"Send","arguments":[{"to":"user:alice","id":"a","type":"t","body":{"someText":"hi","zero":0,"none":null},"headers":{"someKey":"v"},"unknown":1}]}""");
        await Frames(alice, 2);
        await alice.SendAsync("""{"type":1,"invocationId":"2","target":"SendMany","arguments":[[{"to":"user:bob","id":"b","body":1},{"to":"nobody"}]]}""");
        await Frames(alice, 3);
        await alice.SendAsync("""{"type":4,"invocationId":"3","target":"SendStream","arguments":[],"streamIds":["s"]}""");
        await alice.SendAsync("""{"type":2,"invocationId":"s","item":[{"to":"user:bob","id":"c","body":2}]}""");
        await Frames(alice, 4);
        await alice.SendAsync("""{"type":1,"invocationId":"4","target":"Resume","arguments":["group:others","0000000000000000"]}""");
        await Frames(alice, 5);
        await node.Live.Clients.User("alice").Live(new WsmqLiveMessage { Type = "packing", Body = WsmqJsonBody.Parse("""{"someText":0}""") });

        (await Frames(alice, 6)).Should().BeEquivalentTo(
            """{"type":3,"invocationId":"1","result":{"id":"a","position":"P","duplicate":false}}""",
            """{"type":1,"target":"Receive","arguments":[{"source":"user:alice","position":"P","previous":"P","id":"a","sender":"alice","sentAt":"T","type":"t","headers":{"someKey":"v"},"body":{"someText":"hi","zero":0,"none":null}}]}""",
            """{"type":3,"invocationId":"2","result":[{"number":0,"id":"b","position":"P"},{"number":1,"error":"E"}]}""",
            """{"type":2,"invocationId":"3","item":[{"number":0,"id":"c","position":"P"}]}""",
            """{"type":3,"invocationId":"4","error":"E"}""",
            """{"type":1,"target":"Live","arguments":[{"type":"packing","body":{"someText":0}}]}""");
        alice.All.SelectMany(m => m.Split(HubSocket.Separator)).Single(f => f.StartsWith("{\"type\":3,\"invocationId\":\"4\"", StringComparison.Ordinal))
            .Should().Contain("[wsmq 3002 read-not-allowed final]");
    }

    [Fact]
    public async Task The_apps_own_hub_keeps_the_settings_of_the_app()
    {
        await using var node = await TestNode.StartAsync(
            s => s.UseSqlite(_folder.File("wsmq.db")),
            before: b => Json(o => (o.PropertyNamingPolicy, o.NumberHandling) = (JsonNamingPolicy.SnakeCaseLower, JsonNumberHandling.WriteAsString))(b.Services),
            services: b => b.Services.AddSignalR(o => o.AddFilter(new Wrapping())),
            endpoints: a => a.MapHub<ChatHub>("/chat"));
        await using var chat = new HubConnectionBuilder().WithUrl(new Uri(node.Address, "/chat")).Build();
        await chat.StartAsync();

        var said = await chat.InvokeAsync<JsonElement>(nameof(ChatHub.Say), new { some_text = "hi" });
        var failure = await Record.ExceptionAsync(() => chat.InvokeAsync(nameof(ChatHub.Fail)));

        said.GetRawText().Should().Be("""{"some_text":"hi","word_count":"1"}""");
        failure!.Message.Should().EndWith("wrapped by the app");
    }

    [Fact]
    public void AddWsmq_changes_no_options_of_all_hubs()
    {
        var services = new ServiceCollection().AddLogging();
        services.AddSignalR();
        using var without = services.BuildServiceProvider();
        services.AddWsmq();
        using var with = services.BuildServiceProvider();

        foreach (var check in new Func<IServiceProvider, object?>[]
        {
            p => Options<JsonHubProtocolOptions>(p).PayloadSerializerOptions.TypeInfoResolver,
            p => Options<JsonHubProtocolOptions>(p).PayloadSerializerOptions.Converters.Count,
            p => string.Join(' ', Options<HubOptions>(p).SupportedProtocols!),
            p => Options<HubOptions>(p).MaximumReceiveMessageSize,
            p => Options<HubOptions>(p).MaximumParallelInvocationsPerClient,
        })
            check(with).Should().Be(check(without));
    }

    private static void Apply(WebApplicationBuilder builder, Action<IServiceCollection> configure, bool now)
    {
        if (now)
            configure(builder.Services);
    }

    private static Action<IServiceCollection> Json(Action<JsonSerializerOptions> configure) =>
        services => services.AddSignalR().AddJsonProtocol(o => configure(o.PayloadSerializerOptions));

    private static T Options<T>(IServiceProvider services)
        where T : class => services.GetRequiredService<Microsoft.Extensions.Options.IOptions<T>>().Value;

    // Positions, times and error texts are replaced: they differ between runs, or are meant for people.
    private static async Task<IReadOnlyList<string>> Frames(RawClient client, int count)
    {
        IReadOnlyList<string> Seen() => [.. client.All.SelectMany(m => m.Split(HubSocket.Separator))
            .Where(f => f.Length > 2 && f != """{"type":6}""").Select(Normal)];
        await Eventually.That($"{count} frames arrive, or the connection ends", () => Seen().Count >= count || client.Ended);
        return Seen();
    }

    private static string Normal(string frame) => Error().Replace(Time().Replace(Position().Replace(frame, "\"P\""), "\"sentAt\":\"T\""), "\"error\":\"E\"");

    [GeneratedRegex("\"[0-9]{16}\"")]
    private static partial Regex Position();

    [GeneratedRegex("\"sentAt\":[0-9]+")]
    private static partial Regex Time();

    [GeneratedRegex("\"error\":\"[^\"]*\"")]
    private static partial Regex Error();

    private sealed record Said(string SomeText, int WordCount);

    private sealed class ChatHub : Hub
    {
        public Said Say(Said said) => said with { WordCount = Context.ConnectionId.Split(' ').Length };

        public void Fail() => throw new InvalidOperationException(Context.ConnectionId);
    }

    private sealed class Wrapping : IHubFilter
    {
        public async ValueTask<object?> InvokeMethodAsync(
            HubInvocationContext invocationContext, Func<HubInvocationContext, ValueTask<object?>> next)
        {
            try
            {
                return await next(invocationContext);
            }
            catch (Exception)
            {
                throw new HubException("wrapped by the app");
            }
        }
    }

    private sealed class LongAsText : JsonConverter<long>
    {
        public override long Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetInt64();

        public override void Write(Utf8JsonWriter writer, long value, JsonSerializerOptions options) => writer.WriteStringValue($"{value}");
    }

    private sealed class UpperCase : JsonConverter<string>
    {
        public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetString();

        public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToUpperInvariant());
    }
}
