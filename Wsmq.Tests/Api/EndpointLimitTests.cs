using Microsoft.Extensions.DependencyInjection;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Api;

/// <summary>Every endpoint falls under the limits that docs/http.md states.</summary>
public sealed class EndpointLimitTests : IDisposable
{
    // More than the bursts.
    private const int Often = 12;

    /// <summary>What counts as a send or a read for every caller. Of all others, only refused requests count.</summary>
    private static readonly string[] Counted =
    [
        "POST /messages", "DELETE /messages", "POST /requests", "POST /addresses/{address}/messages", "GET /logs", "GET /logs/{address}", "GET /state",
        "GET /history", "GET /messages/status", "GET /messages/tracked", "GET /messages/readers",
        "GET /addresses/{address}/events", "GET /addresses/{address}/presence", "GET /presence", "GET /nodes",
        "GET /users/{user}/connections",
    ];

    private static readonly string[] Paged =
    [
        "GET /logs", "GET /logs/{address}", "GET /history", "GET /queues/{address}/jobs", "GET /users/{user}/dead-letters", "GET /addresses",
        "GET /addresses/{address}/entries", "GET /addresses/{address}/state", "GET /addresses/{address}/delayed",
        "GET /dead-letters",
    ];

    private static readonly string[] WithBody =
    [
        "POST /messages", "POST /requests", "POST /addresses/{address}/messages", "POST /queues/{address}/redrive",
        "POST /queues/{address}/remove-dead-letters", "POST /keys", "POST /dead-letters/count", "POST /dead-letters/runs",
    ];

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Nobody_without_a_right_asks_any_endpoint_again_and_again()
    {
        await using var node = await StartAsync(null);

        (await LimitedAsync(node)).Should().BeEquivalentTo(EndpointRowTests.NamesOf(node));
    }

    [Fact]
    public async Task Who_has_all_rights_is_limited_where_the_document_says_so()
    {
        await using var node = await StartAsync(new OpenAuthorizer());

        (await LimitedAsync(node)).Should().BeEquivalentTo(Counted);
    }

    [Fact]
    public async Task Every_page_has_a_size_and_every_body()
    {
        await using var node = await StartAsync(new OpenAuthorizer(), isLimited: false);
        using var admin = HttpCaller.Of(node, "admin");
        var body = $$"""{"filter":"{{new string('x', 700_000)}}"}""";
        foreach (var endpoint in Paged)
        {
            var path = EndpointCalls.PathOf(endpoint, AddressOf(endpoint, "admin"));
            var answer = await admin.GetAsync($"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}max=1001");
            answer.Code.Should().Be("invalid-message", endpoint);
        }

        foreach (var endpoint in WithBody)
        {
            var answer = await admin.PostAsync(EndpointCalls.PathOf(endpoint, AddressOf(endpoint, "admin")), body);
            (answer.Status, answer.Code).Should().Be((413, "message-too-large"), endpoint);
        }
    }

    private static async Task<List<string>> LimitedAsync(TestNode node)
    {
        var limited = new List<string>();
        foreach (var (endpoint, i) in EndpointRowTests.NamesOf(node).Select((endpoint, i) => (endpoint, i)))
        {
            // Each has a user, and thus an account, of its own. All at once, so that no account is refilled meanwhile.
            var user = $"u{i}";
            using var caller = HttpCaller.Of(node, user);
            var answers = await Task.WhenAll(
                Enumerable.Range(0, Often).Select(_ => EndpointCalls.AskAsync(caller, endpoint, AddressOf(endpoint, user))));
            if (answers.Any(a => a.Status == 429))
                limited.Add(endpoint);
        }

        return limited;
    }

    private static string AddressOf(string endpoint, string user) =>
        endpoint.Contains("/queues", StringComparison.Ordinal) ? "work:jobs" : $"user:{user}";

    private Task<TestNode> StartAsync(IWsmqAuthorizer? authorizer, bool isLimited = true) => HttpCaller.StartNodeAsync(
        s => s.UseSqlite(_folder.File("wsmq.db")),
        o =>
        {
            o.Queues["jobs"] = new WsmqQueueOptions();
            if (!isLimited)
                return;
            (o.Limits.UserResumesPerSecond, o.Limits.UserResumeBurst) = (1, 2);
            (o.Limits.ConnectionSendsPerSecond, o.Limits.ConnectionSendBurst) = (1, 2);
        },
        builder =>
        {
            if (authorizer is not null)
                builder.Services.AddSingleton(authorizer);
        });
}
