using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Client;

// Requests and replies of the .NET client and of the app.
public abstract partial class RealServerContract
{
    // Longer than any test takes: what fails within it was not a time-out.
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task A_request_to_a_user_returns_what_its_handler_returns()
    {
        await StartNodesAsync();
        var requests = new ConcurrentQueue<WsmqRequest<PriceOf>>();
        var alice = await ConnectAsync(A, "alice");
        await ConnectAsync(B, "bob", c => c.OnRequest<PriceOf, Price>((request, _) =>
        {
            requests.Enqueue(request);
            return Task.FromResult(new Price(request.Body.Item.Length));
        }));

        var reply = await alice.RequestAsync<Price>(WsmqAddress.User("bob"), new PriceOf("shoes"), Long);

        reply.Should().Be(new Price(5));
        requests.Last().Should().BeEquivalentTo(new { Sender = "alice", Address = WsmqAddress.User("bob"), Body = new PriceOf("shoes") });
        requests.Last().Timeout.Should().BePositive().And.BeLessThanOrEqualTo(Long);
        var many = await Task.WhenAll(Enumerable.Range(0, 40).Select(i =>
            alice.RequestAsync<Price>(WsmqAddress.User("bob"), new PriceOf(new string('x', i)), Long)));
        many.Should().Equal(Enumerable.Range(0, 40).Select(i => new Price(i)));
    }

    [Fact]
    public async Task A_refusal_reaches_the_requester_and_any_other_exception_only_as_a_code()
    {
        await StartNodesAsync();
        var alice = await ConnectAsync(A, "alice");
        var errors = new ConcurrentQueue<WsmqErrorEventArgs>();
        await ConnectAsync(B, "bob", c =>
        {
            c.Error += (_, e) => errors.Enqueue(e);
            c.OnRequest<PriceOf, Price>((request, _) => request.Body.Item switch
            {
                "refuse" => throw new WsmqRequestException("sold-out", "No shoes left"),
                "fail" => throw new InvalidOperationException("secret"),
                "large" => Task.FromResult(new Price(0) { Note = new string('x', 300_000) }),
                _ => Task.FromResult(new Price(1)),
            });
        });

        (await FailureAsync(alice, "refuse")).Should().BeEquivalentTo(new { Code = "sold-out", Text = "No shoes left" });
        (await FailureAsync(alice, "fail")).Should().BeEquivalentTo(new { Code = "handler-failed", Text = (string?)null });
        (await FailureAsync(alice, "large")).Code.Should().Be("invalid-reply");
        var unfit = await alice.Invoking(c => c.RequestAsync(
            new WsmqOutgoingMessage { To = "user:bob", Type = nameof(PriceOf), Body = WsmqJsonBody.Parse("5") }, Long)).Should().ThrowAsync<WsmqException>();
        unfit.Which.InnerException.Should().BeOfType<WsmqRequestException>().Which.Code.Should().Be("invalid-request");
        errors.Where(e => e.Operation == WsmqClientOperation.Respond).Should().HaveCount(3);

        static async Task<WsmqRequestException> FailureAsync(WsmqClient client, string item)
        {
            var thrown = (await client.Invoking(c => c.RequestAsync<Price>(WsmqAddress.User("bob"), new PriceOf(item), Long)).Should().ThrowAsync<WsmqException>()).Which;
            thrown.Error.Should().Be(WsmqErrors.RequestFailed);
            thrown.Message.Should().NotContain("secret").And.NotContain("InvalidOperation");
            return thrown.InnerException.Should().BeOfType<WsmqRequestException>().Which;
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_time_out_and_a_cancellation_reach_the_handler(bool cancels)
    {
        await StartNodesAsync();
        var alice = await ConnectAsync(A, "alice");
        var (begun, told) = (new TaskCompletionSource(), new TaskCompletionSource());
        await ConnectAsync(B, "bob", c => c.OnRequest<PriceOf, Price>(async (request, stop) =>
        {
            if (request.Body.Item != "slow")
                return new Price(1);
            begun.TrySetResult();
            await Task.Delay(Timeout.Infinite, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            told.TrySetResult();
            return new Price(2);
        }));
        using var cancellation = new CancellationTokenSource();

        Task asked;
        do
        {
            // Again if the time was over before the handler had the request.
            asked = alice.RequestAsync<Price>(WsmqAddress.User("bob"), new PriceOf("slow"), cancels ? Long : TimeSpan.FromSeconds(1), cancellation.Token);
        }
        while (await Task.WhenAny(begun.Task, asked) == asked);
        if (cancels)
            await cancellation.CancelAsync();

        if (cancels)
            await asked.Invoking(a => a).Should().ThrowAsync<OperationCanceledException>();
        else
            (await asked.Invoking(a => a).Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(WsmqErrors.RequestTimeout);
        await told.Task.WaitAsync(Long);
    }

    [Fact]
    public async Task Nobody_there_is_an_error_at_once_and_a_responder_offers_again_after_a_lost_connection()
    {
        await StartNodesAsync();
        var alice = await ConnectAsync(A, "alice");
        (await alice.Invoking(c => c.RequestAsync<Price>(WsmqAddress.User("bob"), new PriceOf("x"), Long)).Should().ThrowAsync<WsmqException>())
            .Which.Error.Should().Be(WsmqErrors.NoResponder);
        var bob = await ConnectAsync(B, "bob", c => c.OnRequest<PriceOf, Price>((_, _) => Task.FromResult(new Price(1))));
        await alice.RequestAsync<Price>(WsmqAddress.User("bob"), new PriceOf("x"), Long);

        await A.Access.DisconnectAsync("bob");

        await Eventually.That("bob is connected again", () => bob.State == WsmqClientState.Connected);
        await AnsweredAsync(alice, WsmqAddress.User("bob"));
        await bob.StopAsync();
        (await alice.Invoking(c => c.RequestAsync<Price>(WsmqAddress.User("bob"), new PriceOf("x"), Long)).Should().ThrowAsync<WsmqException>())
            .Which.Error.Should().Be(WsmqErrors.NoResponder);
    }

    [Fact]
    public async Task A_responder_that_comes_back_after_the_time_out_gets_nothing()
    {
        await StartNodesAsync();
        var alice = await ConnectAsync(A, "alice");
        var handled = new ConcurrentQueue<string>();
        (await alice.Invoking(c => c.RequestAsync<Price>(WsmqAddress.User("bob"), new PriceOf("before"), Long))
            .Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(WsmqErrors.NoResponder);

        await ConnectAsync(B, "bob", c => c.OnRequest<PriceOf, Price>((request, _) =>
        {
            handled.Enqueue(request.Body.Item);
            return Task.FromResult(new Price(1));
        }));
        await alice.RequestAsync<Price>(WsmqAddress.User("bob"), new PriceOf("after"), Long);

        handled.Should().Equal("after");
    }

    [Fact]
    public async Task A_request_whose_connection_is_lost_fails_with_an_unknown_outcome_and_is_not_repeated()
    {
        await StartNodesAsync();
        var alice = await ConnectAsync(A, "alice");
        var handled = new ConcurrentQueue<string>();
        var told = new TaskCompletionSource();
        await ConnectAsync(B, "bob", c => c.OnRequest<PriceOf, Price>(async (request, stop) =>
        {
            if (request.Body.Item != "slow")
                return new Price(1);
            handled.Enqueue(request.Body.Item);
            await Task.Delay(Timeout.Infinite, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            told.TrySetResult();
            return new Price(2);
        }));
        var asked = alice.RequestAsync<Price>(WsmqAddress.User("bob"), new PriceOf("slow"), Long);
        await Eventually.That("it is handled", () => handled.Count == 1);

        await A.Access.DisconnectAsync("alice");

        (await asked.Invoking(a => a).Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(WsmqErrors.OutcomeUnknown);
        await told.Task.WaitAsync(Long);
        await AnsweredAsync(alice, WsmqAddress.User("bob"));
        handled.Should().ContainSingle();
    }

    [Fact]
    public async Task A_request_to_a_group_and_to_a_queue_is_answered_by_one_and_the_app_asks_and_answers_as_well()
    {
        await StartNodesAsync(o => o.Queues["thumbs"] = new WsmqQueueOptions());
        await A.Groups.AddToGroupAsync("bob", "ops");
        await ConnectAsync(B, "bob", c => c.OnRequest<PriceOf, Price>((_, _) => Task.FromResult(new Price(7)), WsmqAddress.Group("ops")));
        var requests = A.Services.GetRequiredService<IWsmqRequests>();

        (await requests.RequestAsync<Price>(WsmqAddress.Group("ops"), new PriceOf("x"), Long)).Should().Be(new Price(7));
        (await requests.Invoking(r => r.RequestAsync<Price>(WsmqAddress.Work("thumbs"), new PriceOf("x"), Long)).Should().ThrowAsync<WsmqException>())
            .Which.Error.Should().Be(WsmqErrors.NoResponder);
    }

    private async Task<WsmqClient> ConnectAsync(TestNode node, string user, Action<WsmqClient>? prepare = null)
    {
        var client = Keep(new WsmqClient(node.Hub, o =>
        {
            o.AccessTokenProvider = _ => Task.FromResult<string?>(TestTokens.For(user));
            o.LoggerFactory = Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance;
        }));
        prepare?.Invoke(client);
        await client.StartAsync();
        return client;
    }

    // After a reconnect: the start waits until the server has the offers.
    private static Task AnsweredAsync(WsmqClient client, WsmqAddress to) => Eventually.That($"{to} answers", async () =>
    {
        try
        {
            await client.RequestAsync<Price>(to, new PriceOf("ready"), Long);
            return true;
        }
        catch (WsmqException e) when (e.Error == WsmqErrors.NoResponder || e.InnerException is WsmqRequestException { Code: WsmqRequestException.ResponderLost })
        {
            return false;
        }
    });

    [WsmqMessageType(nameof(PriceOf))]
    private sealed record PriceOf(string Item);

    private sealed record Price(int Euro)
    {
        public string? Note { get; init; }
    }
}
