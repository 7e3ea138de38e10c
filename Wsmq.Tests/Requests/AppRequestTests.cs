using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Wsmq.Server.Requests;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Requests;

/// <summary>Requests that the app makes and answers, with handlers from its services.</summary>
public sealed class AppRequestTests : IDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(2);
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_app_answers_requests_to_a_group_and_to_a_queue_each_in_a_scope_of_its_own()
    {
        await using var node = await StartAsync();
        var requests = node.Services.GetRequiredService<IWsmqRequests>();
        await node.Groups.AddToGroupAsync("alice", "prices");
        await using var alice = await Responder.ConnectAsync(node, "alice");

        foreach (var address in new[] { WsmqAddress.Group("prices"), WsmqAddress.Work("prices") })
        {
            (await requests.RequestAsync<Answer>(address, new Question("shoes"), Long)).Should().Be(new Answer(5, null, 1));
            var refused = await requests.Invoking(r => r.RequestAsync<Answer>(address, new Question("refuse"), Long)).Should().ThrowAsync<WsmqException>();
            refused.Which.InnerException.Should().BeEquivalentTo(new { Code = "sold-out", Text = "none left" });
        }

        var reply = await alice.Connection.InvokeAsync<WsmqReply>("Request", new { to = "group:prices", type = "question", body = new { item = "ab" } }, 60_000);
        reply.Responder.Should().BeNull();
        reply.Body!.Value.To<Answer>().Should().Be(new Answer(2, "alice", 1));
        var failed = await requests.Invoking(r => r.RequestAsync<Answer>(WsmqAddress.Group("prices"), new Question("fail"), Long)).Should().ThrowAsync<WsmqException>();
        failed.Which.InnerException.Should().BeEquivalentTo(new { Code = "handler-failed", Text = (string?)null });
    }

    [Fact]
    public async Task A_handler_is_told_when_the_app_no_longer_waits()
    {
        await using var node = await StartAsync();
        var requests = node.Services.GetRequiredService<IWsmqRequests>();
        using var cancellation = new CancellationTokenSource();

        var asked = requests.RequestAsync<Answer>(WsmqAddress.Group("prices"), new Question("slow"), Long, cancellation.Token);
        var handler = await Handler.Slow.Task;
        await cancellation.CancelAsync();

        await asked.Invoking(a => a).Should().ThrowAsync<OperationCanceledException>();
        await Eventually.That("the handler is told", () => handler.IsCancellationRequested);
    }

    [Fact]
    public async Task A_handler_that_ignores_its_token_does_not_keep_the_node_from_stopping()
    {
        await using var node = await StartAsync();
        var (logs, time) = (new RecordedLogs(), new FakeTimeProvider());
        var address = WsmqAddress.Group("stubborn");
        var handler = new Stubborn();
        var responder = new AppResponder(
            address, [handler], 1, node.Services.GetRequiredService<LocalResponders>(), node.Services.GetRequiredService<RequestAnswers>(), logs)
        {
            Time = time,
        };
        responder.Begin();
        var asked = node.Services.GetRequiredService<IWsmqRequests>().RequestAsync(
            new WsmqOutgoingMessage { To = address.ToString(), Type = handler.Type }, Long);
        await handler.Begun.Task;

        var stopping = responder.StopAsync();
        await Eventually.That("the stop waits no longer", () =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return stopping.IsCompleted;
        });

        await stopping;
        logs.Of(LogLevel.Error).Should().Contain(l => l.Contains("group:stubborn (1) ignore", StringComparison.Ordinal));
        await Eventually.That("the callback is logged", () => logs.Of(LogLevel.Error).Any(l => l.Contains("in a callback", StringComparison.Ordinal)));
        handler.Go.SetResult();
        (await asked).Body!.Value.ToString().Should().Be("1");
    }

    private Task<TestNode> StartAsync() => TestNode.StartAsync(
        s => s.UseSqlite(_folder.File("wsmq.db"))
            .OnRequest<Question, Answer, Handler>(WsmqAddress.Group("prices"))
            .OnRequest<Question, Answer, Handler>(WsmqAddress.Work("prices")),
        services: b => b.Services.AddScoped<Counter>());

    private sealed class Stubborn() : RequestHandler("stubborn")
    {
        public TaskCompletionSource Begun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Go { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override async Task<WsmqOutgoingMessage> HandleAsync(WsmqIncomingRequest request, CancellationToken cancellationToken)
        {
            cancellationToken.Register(() => throw new InvalidOperationException("in a callback"));
            Begun.SetResult();
            await Go.Task;
            return new WsmqOutgoingMessage { Body = WsmqJsonBody.Parse("1") };
        }
    }

    [WsmqMessageType("question")]
    private sealed record Question(string Item);

    private sealed record Answer(int Price, string? Sender, int Calls);

    private sealed class Counter
    {
        public int Calls { get; set; }
    }

    private sealed class Handler(Counter counter) : IWsmqRequestHandler<Question, Answer>
    {
        public static TaskCompletionSource<CancellationToken> Slow { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Task<Answer> HandleAsync(WsmqRequest<Question> request, CancellationToken cancellationToken)
        {
            switch (request.Body.Item)
            {
                case "refuse":
                    throw new WsmqRequestException("sold-out", "none left");
                case "fail":
                    throw new InvalidOperationException("secret");
                case "slow":
                    Slow.SetResult(cancellationToken);
                    await Task.Delay(Timeout.Infinite, cancellationToken);
                    break;
            }

            return new Answer(request.Body.Item.Length, request.Sender, ++counter.Calls);
        }
    }
}
