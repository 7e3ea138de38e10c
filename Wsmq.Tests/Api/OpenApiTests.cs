using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using Microsoft.OpenApi.Reader;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Api;

/// <summary>An app that calls AddOpenApi for its own endpoints has those of wsmq in its document, described as they are.</summary>
public sealed partial class OpenApiTests : IDisposable
{
    // Of every endpoint: a success, and what each can be refused with.
    private static readonly string[] Statuses = ["2", "400", "401", "403", "429", "503"];

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_document_of_an_app_has_its_own_endpoints_and_all_of_the_API()
    {
        await using var node = await StartAsync();
        var document = await ReadAsync(node);

        document.OperationsBelow(HttpCaller.Path).Keys.Should().BeEquivalentTo(EndpointRowTests.NamesOf(node));
        document.OperationsBelow("/shop").Should().ContainSingle().Which.Key.Should().Be("GET /orders/{id}");
        document.Document.GetProperty("components").GetProperty("schemas").TryGetProperty("Order", out _).Should().BeTrue();
    }

    [Fact]
    public async Task The_document_is_valid()
    {
        await using var node = await StartAsync();
        using var http = new HttpClient();
        await using var json = new MemoryStream(await http.GetByteArrayAsync(new Uri(node.Address, "/openapi/v1.json")));

        var (document, diagnostic) = await OpenApiDocument.LoadAsync(json, OpenApiConstants.Json);

        diagnostic!.Errors.Should().BeEmpty();
        diagnostic.Warnings.Should().BeEmpty();
        document!.Paths.Should().NotBeEmpty();
    }

    [Fact]
    public async Task Every_endpoint_is_described_with_its_parameters_its_result_and_its_errors()
    {
        await using var node = await StartAsync();
        var wrong = new List<string>();
        foreach (var (name, operation) in (await ReadAsync(node)).OperationsBelow(HttpCaller.Path))
        {
            var parameters = operation.TryGetProperty("parameters", out var found)
                ? found.EnumerateArray().Where(p => p.GetProperty("in").GetString() == "path").Select(p => p.GetProperty("name").ToString())
                : [];
            var responses = operation.GetProperty("responses").EnumerateObject().ToList();
            if (!parameters.SequenceEqual(InBraces().Matches(name).Select(m => m.Groups[1].Value)))
                wrong.Add($"{name}: parameters of the path");
            if (operation.GetProperty("summary").GetString()!.Length == 0 || operation.GetProperty("tags").GetArrayLength() != 1)
                wrong.Add($"{name}: summary or tag");
            if (!Statuses.All(s => responses.Any(r => r.Name.StartsWith(s, StringComparison.Ordinal))))
                wrong.Add($"{name}: responses");
            if (responses.Where(r => r.Name != "401" && r.Name[0] >= '4').Any(r => !IsProblem(r.Value)))
                wrong.Add($"{name}: problems");
        }

        wrong.Should().BeEmpty();
    }

    [Fact]
    public async Task A_document_of_an_app_whose_JSON_options_do_not_reflect_has_all_endpoints()
    {
        await using var node = await StartAsync(
            services => services.Configure<JsonOptions>(o => o.SerializerOptions.TypeInfoResolver = AppContext.Default));

        (await ReadAsync(node)).OperationsBelow(HttpCaller.Path).Keys.Should().BeEquivalentTo(EndpointRowTests.NamesOf(node));
    }

    [Fact]
    public async Task Another_naming_policy_of_the_app_does_not_change_what_the_document_says()
    {
        await using var node = await StartAsync(
            services => services.ConfigureHttpJsonOptions(o => o.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseUpper));
        var schemas = (await ReadAsync(node)).Document.GetProperty("components").GetProperty("schemas");

        var names = schemas.EnumerateObject().Where(s => s.Name.StartsWith("WsmqApi", StringComparison.Ordinal))
            .SelectMany(s => s.Value.GetProperty("properties").EnumerateObject()).Select(p => p.Name);

        names.Should().NotBeEmpty().And.OnlyContain(name => char.IsAsciiLetterLower(name[0]));
    }

    [Fact]
    public async Task Answers_are_as_the_document_states()
    {
        await using var node = await StartAsync();
        var document = await ReadAsync(node);
        var operations = document.OperationsBelow(HttpCaller.Path);
        using var alice = HttpCaller.Of(node, "alice");
        var wrong = new List<string>();
        void Check(string operation, ApiAnswer answer) =>
            wrong.AddRange(document.Differences(operations[operation], answer).Select(d => $"{operation}: {d}"));

        Check("POST /messages", await alice.SendAsync(new { to = "user:alice", type = "t", body = 1, headers = new { a = "b" } }));
        Check("POST /messages", await alice.SendAsync(new object[] { new { to = "user:alice", data = "AQ==" }, new { to = "nowhere" } }));
        Check("POST /messages", await alice.SendAsync(new { to = "nowhere" }));
        Check("POST /messages", await alice.PostAsync("/messages", "{}", "text/plain"));
        Check("GET /logs/{address}", await alice.ReadAsync("user:alice"));
        Check("GET /logs/{address}", await alice.ReadAsync("user:bob"));
        await alice.SendAsync(new { to = "user:alice", body = 1, stateKey = "k" });
        await alice.SendAsync(new { to = "user:alice", body = 1, timeToLive = 3_600_000 });
        Check("GET /logs", await alice.GetAsync("/logs?address=user:alice"));
        Check("GET /state", await alice.GetAsync("/state?source=user:alice"));
        Check("GET /state", await alice.GetAsync("/state?source=user:bob"));
        Check("GET /addresses/{address}/state", await alice.GetAsync("/addresses/user:alice/state"));
        await alice.SendAsync(new { to = "user:alice", body = 1, type = "t", stateKey = "k", delay = 3_600_000 });
        var delayed = await alice.GetAsync("/addresses/user:alice/delayed");
        Check("GET /addresses/{address}/delayed", delayed);
        var waiting = delayed.Json.GetProperty("messages")[0].GetProperty("key").GetString();
        Check("DELETE /addresses/{address}/delayed/{key}", await alice.AskAsync("DELETE", $"/addresses/user:alice/delayed/{waiting}"));
        var job = (await alice.SendAsync(new { to = "work:jobs", key = "k", uniqueId = "u", priority = "high" })).TextOf("position");
        foreach (var path in new[] { "", "/jobs", $"/jobs/{job}", $"/jobs/{job}/status" })
        {
            var name = path.Replace(job, "{position}", StringComparison.Ordinal);
            Check($"GET /queues/{{address}}{name}", await alice.GetAsync($"/queues/work:jobs{path}?messages=true"));
        }

        Check("GET /queues", await alice.GetAsync("/queues"));
        Check("POST /queues/{address}/pause", await alice.AskAsync("POST", "/queues/work:jobs/pause"));
        Check("DELETE /queues/{address}/jobs/{position}", await alice.AskAsync("DELETE", $"/queues/work:jobs/jobs/{job}"));
        Check("GET /queues/{address}/jobs/{position}/status", await alice.GetAsync($"/queues/work:jobs/jobs/{job}/status"));
        Check("POST /queues/{address}/purge", await alice.AskAsync("POST", "/queues/work:jobs/purge?state=waiting"));
        await OperatorsAsync(node, alice, Check);

        wrong.Should().BeEmpty();
    }

    private static bool IsProblem(JsonElement response) =>
        response.GetProperty("content").TryGetProperty("application/problem+json", out _);

    private static async Task OperatorsAsync(TestNode node, HttpCaller alice, Action<string, ApiAnswer> check)
    {
        await using (var bob = await PlainClient.ConnectAsync(node, "bob", "phone", ack: false))
        {
            var sent = await node.Publisher.SendAsync(new WsmqOutgoingMessage { To = "user:bob", Body = WsmqJsonBody.Parse("1") });
            await bob.Connection.InvokeAsync<int>("Nack", "user:bob", sent.Position, WsmqNackReasons.NoHandler);
        }

        var list = await alice.GetAsync("/users/bob/dead-letters");
        var id = Uri.EscapeDataString(list.Json[0].GetProperty("id").GetString()!);
        check("GET /users/{user}/dead-letters", list);
        check("GET /users/{user}/dead-letters/{id}", await alice.GetAsync($"/users/bob/dead-letters/{id}"));
        check("POST /users/{user}/dead-letters/{id}/replay", await alice.AskAsync("POST", $"/users/bob/dead-letters/{id}/replay"));
        check("DELETE /users/{user}/dead-letters/{id}", await alice.AskAsync("DELETE", $"/users/bob/dead-letters/{id}"));
        check("GET /users/{user}/devices", await alice.GetAsync("/users/bob/devices"));
        check("PUT /groups/{group}/members/{user}", await alice.AskAsync("PUT", "/groups/team/members/bob"));
        check("GET /groups/{group}/members", await alice.GetAsync("/groups/team/members"));
        check("GET /users/{user}/ban", await alice.GetAsync("/users/bob/ban"));
        check("PUT /users/{user}/ban", await alice.AskAsync("PUT", "/users/bob/ban?until=soon"));
    }

    private static async Task<SchemaCheck> ReadAsync(TestNode node)
    {
        using var http = new HttpClient();
        return new SchemaCheck(JsonDocument.Parse(await http.GetStringAsync(new Uri(node.Address, "/openapi/v1.json"))).RootElement);
    }

    private Task<TestNode> StartAsync(Action<IServiceCollection>? json = null) => TestNode.StartAsync(
        s => s.UseSqlite(_folder.File("wsmq.db")),
        o => o.Queues["jobs"] = new WsmqQueueOptions(),
        builder =>
        {
            builder.Services.AddOpenApi();
            builder.Services.AddSingleton<IWsmqAuthorizer>(new OpenAuthorizer());
            json?.Invoke(builder.Services);
        },
        app =>
        {
            app.MapOpenApi();
            app.MapGet("/shop/orders/{id}", (string id) => new Order(id, 1));
            app.MapWsmqApi(HttpCaller.Path);
        });

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex InBraces();

    internal sealed record Order(string Id, int Count);

    [JsonSerializable(typeof(Order))]
    internal sealed partial class AppContext : JsonSerializerContext;
}
