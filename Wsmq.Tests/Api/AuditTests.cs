using System.Collections.Concurrent;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Wsmq.Server.Diagnostics;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Api;

/// <summary>Every call that changes something of somebody else, or reads messages, leaves one line: also one that is refused.</summary>
public sealed class AuditTests : IDisposable
{
    // The user's own messages and logs, and numbers.
    private static readonly string[] Silent =
    [
        "POST /messages", "DELETE /messages", "GET /messages/status", "GET /messages/tracked", "GET /messages/readers",
        "POST /requests", "GET /logs", "GET /logs/{address}", "GET /state", "GET /history",
        "GET /presence", "GET /queues", "GET /queues/{address}",
        "GET /queues/{address}/jobs",
        OperatorTests.AnyRight,
    ];

    // Their answers have the beginnings of messages, for those who may read these.
    private static readonly string[] WithPreviews =
    [
        "GET /addresses/{address}/entries", "GET /addresses/{address}/state", "GET /addresses/{address}/delayed",
        "GET /addresses/{address}/events",
    ];

    private readonly TempFolder _folder = new();
    private readonly Recorder _lines = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("admin", "done|failed|nothing to stop")]
    [InlineData("mallory", "refused")]
    public async Task Every_endpoint_that_does_more_than_look_leaves_one_line(string user, string outcomes)
    {
        await using var node = await StartAsync();
        using var caller = HttpCaller.Of(node, user);
        var views = OperatorTests.Rights.Where(r => r.Action == WsmqAction.View).Select(r => r.Endpoint);
        foreach (var endpoint in EndpointRowTests.NamesOf(node).Except(Silent).Except(views))
        {
            _lines.Clear();
            await AskAsync(caller, endpoint);

            await Eventually.That($"{endpoint} leaves a line", () => !_lines.All.IsEmpty);
            var line = _lines.All.Should().ContainSingle(endpoint).Which;
            line.Should().StartWith($"{user} ", endpoint).And.MatchRegex($@"\): ({outcomes})", endpoint);
        }
    }

    [Fact]
    public async Task Looking_leaves_no_line()
    {
        await using var node = await StartAsync();
        using var admin = HttpCaller.Of(node, "admin");
        foreach (var (endpoint, _) in OperatorTests.Rights.Where(r => r.Action == WsmqAction.View && !WithPreviews.Contains(r.Endpoint)))
            await AskAsync(admin, endpoint);
        await AskAsync(admin, OperatorTests.AnyRight);
        await admin.GetAsync("/queues/work:jobs/jobs");

        // The next line is that of the next call.
        await admin.AskAsync("PUT", "/users/bob/ban");
        await Eventually.That("the ban leaves a line", () => !_lines.All.IsEmpty);
        _lines.All.Should().ContainSingle().Which.Should().Be("admin Ban user:bob (PUT:/wsmq-api/users/bob/ban): done");
    }

    [Fact]
    public async Task The_beginnings_of_messages_leave_a_line_and_those_of_a_stream_when_it_begins()
    {
        await using var node = await StartAsync();
        using var admin = HttpCaller.Of(node, "admin");
        await admin.GetAsync("/addresses/user:bob/entries");
        await Eventually.That("a list leaves a line", () =>
            _lines.All.Contains("admin ReadBody user:bob (GET:/wsmq-api/addresses/user:bob/entries): done"));
        await admin.GetAsync("/addresses/user:bob/state");
        await Eventually.That("a list of state leaves a line", () =>
            _lines.All.Contains("admin ReadBody user:bob (GET:/wsmq-api/addresses/user:bob/state): done"));

        await using var tail = await admin.StreamAsync("/addresses/user:bob/events");
        await Eventually.That("a stream leaves a line", () =>
            _lines.All.Contains("admin ReadBody user:bob (GET:/wsmq-api/addresses/user:bob/events): opened"));
    }

    [Fact]
    public async Task A_stream_whose_operator_gets_the_right_to_read_later_leaves_a_line_then()
    {
        var rights = new OperatorAuthorizer();
        rights.Deny(WsmqAction.ReadBody, "user:bob");
        await using var node = await StartAsync(rights, o => o.Access.CheckInterval = TimeSpan.FromMilliseconds(100));
        using var admin = HttpCaller.Of(node, "admin");
        await using var tail = await admin.StreamAsync("/addresses/user:bob/events");
        await SendUntilAsync(() => tail.Messages.Any());
        _lines.All.Should().BeEmpty();

        rights.Allow(WsmqAction.ReadBody, "user:bob");
        await SendUntilAsync(() => tail.Messages.Any(m => m.Json.TryGetProperty("preview", out _)));

        _lines.All.Should().Equal("admin ReadBody user:bob (GET:/wsmq-api/addresses/user:bob/events): opened");

        Task SendUntilAsync(Func<bool> condition) => Eventually.That("it arrives", async () =>
        {
            await node.Publisher.SendAsync(new WsmqOutgoingMessage { To = "user:bob", Body = WsmqJsonBody.Parse("1") });
            return condition();
        });
    }

    [Fact]
    public async Task Peeking_at_the_messages_of_jobs_leaves_a_line_and_so_does_the_hub()
    {
        await using var node = await StartAsync();
        using var admin = HttpCaller.Of(node, "admin");
        await admin.GetAsync("/queues/work:jobs/jobs?messages=true");
        await Eventually.That("peeking leaves a line", () => _lines.All.Contains("admin PeekJobs work:jobs (-): done"));

        await using var client = await PlainClient.ConnectAsync(node, "admin");
        await client.Connection.InvokeAsync("PauseQueue", "work:jobs");
        await Eventually.That("the hub leaves a line", () => _lines.All.Contains("admin PauseQueue work:jobs (-): done"));
    }

    [Fact]
    public async Task No_text_of_a_caller_looks_like_another_line()
    {
        await using var node = await StartAsync();
        using var admin = HttpCaller.Of(node, "admin");

        await admin.AskAsync("DELETE", "/users/bob/dead-letters/x%0Aroot%20Ban%20user:eve");

        await Eventually.That("the call leaves a line", () => !_lines.All.IsEmpty);
        _lines.All.Should().ContainSingle().Which.Should().NotContain("\n").And.Contain("x%0Aroot%20Ban%20user:eve");
    }

    [Fact]
    public async Task A_stop_of_a_run_that_the_caller_may_not_know_is_not_done_and_names_a_right_that_the_caller_has()
    {
        var rights = new OperatorAuthorizer();
        await using var node = await StartAsync(rights);
        using var admin = HttpCaller.Of(node, "admin");
        var started = await admin.PostAsync("/dead-letters/runs", """{"id":"r","action":"replay","filter":{},"until":0}""");

        rights.Deny(WsmqAction.Replay, null);
        var hidden = await admin.AskAsync("DELETE", "/dead-letters/runs/r");
        rights.Allow(WsmqAction.Replay, null);
        rights.Deny(WsmqAction.Remove, null);
        var none = await admin.AskAsync("DELETE", "/dead-letters/runs/other");
        var stopped = await admin.AskAsync("DELETE", "/dead-letters/runs/r");

        (started.Status, hidden.Text, none.Text, stopped.Status).Should().Be((201, "null", "null", 200));
        await Eventually.That("each call leaves a line", () => _lines.All.Count == 4);
        _lines.All.Should().BeEquivalentTo(
            "admin Replay dead-letters:r (POST:/wsmq-api/dead-letters/runs): done",
            "admin Remove dead-letters:r (DELETE:/wsmq-api/dead-letters/runs/r): nothing to stop",
            "admin Replay dead-letters:other (DELETE:/wsmq-api/dead-letters/runs/other): nothing to stop",
            "admin Replay dead-letters:r (DELETE:/wsmq-api/dead-letters/runs/r): done");
    }

    [Theory]
    [InlineData("josé|5f@corp.example", "josé|5f@corp.example")]
    [InlineData("a b\r\nc\u001b[31m\u2028(): done", @"a\u0020b\u000d\u000ac\u001b[31m\u2028\u0028\u0029:\u0020done")]
    [InlineData(@"a\u0020b", @"a\u005cu0020b")]
    public void A_name_is_written_so_that_no_two_look_the_same(string name, string written) => PrintableText.Exact(name).Should().Be(written);

    [Fact]
    public void A_long_text_keeps_what_was_done_and_says_how_much_is_missing()
    {
        var id = new string('é', 640);
        var path = $"POST:/wsmq-api/users/{new string('b', 5_000)}/dead-letters/{new string('c', 100)}/replay";

        PrintableText.Exact(id).Should().Be(id);
        PrintableText.Exact(path).Should().StartWith("POST:/wsmq-api/users/bbb").And.EndWith("ccc/replay")
            .And.Contain($@"b\({path.Length - 4_096})b");
    }

    [Fact]
    public async Task A_call_with_an_api_key_names_the_key_and_its_user()
    {
        await using var node = await StartAsync();
        var keys = node.Services.GetRequiredService<IWsmqApiKeys>();
        var key = await keys.CreateAsync("shop", ["Ban", "queues"]);
        using var shop = new HttpCaller(node.Address, key.Text);

        await shop.AskAsync("PUT", "/users/bob/ban");
        await shop.AskAsync("POST", "/queues/work:jobs/pause");

        await Eventually.That("both leave a line", () => _lines.All.Count == 2);
        _lines.All.Should().Equal(
            $"key:shop/{key.Key.Id} Ban user:bob (PUT:/wsmq-api/users/bob/ban): done", $"key:shop/{key.Key.Id} PauseQueue work:jobs (-): done");
    }

    private static Task<ApiAnswer> AskAsync(HttpCaller caller, string endpoint) =>
        EndpointCalls.AskAsync(caller, endpoint, "work:jobs", "0000000000000007");

    private Task<TestNode> StartAsync(IWsmqAuthorizer? authorizer = null, Action<WsmqOptions>? options = null) => HttpCaller.StartNodeAsync(
        s => s.UseSqlite(_folder.File("wsmq.db")),
        o =>
        {
            o.Queues["jobs"] = new WsmqQueueOptions();
            options?.Invoke(o);
        },
        builder =>
        {
            builder.Logging.AddProvider(_lines);
            builder.Services.AddSingleton(authorizer ?? new AdminOnly());
            builder.Services.AddAuthentication(WsmqApiKeyExtensions.Scheme).AddWsmqApiKeys("Bearer");
        });

    private sealed class AdminOnly : IWsmqAuthorizer
    {
        public ValueTask<bool> CanSendAsync(WsmqCaller caller, WsmqAddress to, CancellationToken cancellationToken) => new(true);

        public ValueTask<bool> CanReadAsync(WsmqCaller caller, WsmqAddress source, CancellationToken cancellationToken) => new(true);

        public ValueTask<bool> CanManageQueueAsync(WsmqCaller caller, WsmqAddress queue, CancellationToken cancellationToken) =>
            new(caller.UserId == "admin");

        public ValueTask<bool> CanAdministerAsync(
            WsmqCaller caller, WsmqAction action, WsmqAddress? target, CancellationToken cancellationToken) => new(caller.UserId == "admin");
    }

    /// <summary>The lines of the audit's own category.</summary>
    private sealed class Recorder : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> All { get; } = [];

        public void Clear() => All.Clear();

        public ILogger CreateLogger(string categoryName) =>
            categoryName == AuditLog.Category ? this : Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel level, EventId id, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            All.Enqueue(formatter(state, exception));

        public void Dispose()
        {
        }
    }
}
