using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Time.Testing;

namespace Wsmq.Tests.Client;

public sealed class SendTests : ClientTest
{
    private TimeSpan _timeout = TimeSpan.FromSeconds(30);
    private TimeProvider _time = TimeProvider.System;

    private protected override int Parallel => 64;

    private protected override void Configure(WsmqClientOptions options) =>
        (options.SendTimeout, options.MaxInFlightSends, options.MaxBodyBytes, options.MaxHeaderBytes, options.TimeProvider) = (_timeout, 8, 1000, 100, _time);

    [Fact]
    public async Task A_send_carries_type_body_and_options_and_returns_the_receipt()
    {
        await Client.StartAsync();
        var receipt = await Client.SendAsync(WsmqAddress.User("bob"), new Line("hi"), new WsmqSendOptions
        {
            Id = "mine",
            Headers = new Dictionary<string, string> { ["k"] = "v" },
            CorrelationId = "c",
            ReplyTo = WsmqAddress.User("alice"),
        });
        receipt.Should().Be(new WsmqReceipt("mine", Entry.At(1), false));
        var sent = Script.Sends.Should().ContainSingle().Subject;
        (sent.To, sent.Id, sent.Type, sent.CorrelationId, sent.ReplyTo).Should().Be(("user:bob", "mine", nameof(Line), "c", "user:alice"));
        sent.Body.ToString().Should().Be("""{"text":"hi"}""");
        sent.Headers.Should().Equal(new Dictionary<string, string> { ["k"] = "v" });
    }

    [Fact]
    public async Task A_send_without_an_id_gets_a_generated_id()
    {
        await Client.StartAsync();
        await Client.SendAsync(WsmqAddress.User("bob"), new Line("1"));
        await Client.SendAsync(WsmqAddress.User("bob"), new Line("2"));
        Script.Sends.Select(s => Guid.Parse(s.Id!).Version).Should().Equal(7, 7);
        Script.Sends.Select(s => s.Id).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public async Task A_send_whose_connection_is_lost_is_retried_with_the_same_id()
    {
        Script.OnSend = (message, context) =>
        {
            var receipt = Script.Store(message);
            if (!receipt.Duplicate)
                context.Abort();
            return receipt.Duplicate ? Task.FromResult(receipt) : new TaskCompletionSource<WsmqReceipt>().Task.WaitAsync(context.ConnectionAborted);
        };
        await Client.StartAsync();
        var receipt = await Client.SendAsync(Chat("hi"));
        receipt.Duplicate.Should().BeTrue();
        Script.Sends.Select(s => s.Id).Distinct().Should().ContainSingle();
        Script.Stored.Should().ContainSingle();
    }

    [Fact]
    public async Task A_send_that_fails_with_a_retryable_error_is_retried_with_the_same_id()
    {
        var calls = 0;
        Script.OnSend = (message, _) => Interlocked.Increment(ref calls) <= 3
            ? throw new HubException(WsmqErrors.ServerBusy.ToString())
            : Task.FromResult(Script.Store(message));
        await Client.StartAsync();
        await Client.SendAsync(Chat("hi"));
        Script.Sends.Should().HaveCount(4);
        Script.Sends.Select(s => s.Id).Distinct().Should().ContainSingle();
    }

    [Fact]
    public async Task A_final_error_is_thrown_to_the_caller_at_once()
    {
        Script.OnSend = (_, _) => throw new HubException(WsmqErrors.SendNotAllowed.ToString());
        await Client.StartAsync();
        var send = () => Client.SendAsync(Chat("hi"));
        (await send.Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(WsmqErrors.SendNotAllowed);
        Script.Sends.Should().ContainSingle();
    }

    [Fact]
    public async Task An_error_without_a_code_leaves_the_outcome_unknown()
    {
        Script.OnSend = (_, _) => throw new InvalidOperationException("a defect");
        await Client.StartAsync();
        var send = () => Client.SendAsync(Chat("hi"));
        (await send.Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(WsmqErrors.OutcomeUnknown);
        Script.Sends.Should().ContainSingle();
    }

    [Fact]
    public async Task A_send_without_a_receipt_within_SendTimeout_fails_with_OutcomeUnknown()
    {
        var time = new FakeTimeProvider();
        (_timeout, _time) = (TimeSpan.FromMilliseconds(200), time);
        await using var client = NewClient(Server.Url);
        var answer = new TaskCompletionSource<WsmqReceipt>();
        Script.OnSend = (_, _) => answer.Task;
        await client.StartAsync();
        var send = client.SendAsync(Chat("hi"));

        // A send that times out before it is written was not attempted, which is another error.
        await Eventually.That("the send is in flight", () => !Script.Sends.IsEmpty);
        time.Advance(TimeSpan.FromSeconds(1));

        // Or the disposal would wait for the answer, on the clock that stands still.
        answer.SetResult(new WsmqReceipt("late", Entry.At(1), false));
        (await send.Invoking(s => s).Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(WsmqErrors.OutcomeUnknown);
    }

    [Fact]
    public async Task A_send_without_a_connection_within_SendTimeout_fails_with_ClientClosed_and_is_not_stored()
    {
        _timeout = TimeSpan.FromMilliseconds(200);
        await using var client = NewClient(Server.Url);
        Script.Refuse = 503;
        using var stop = new CancellationTokenSource();
        var start = client.StartAsync(stop.Token);
        var send = () => client.SendAsync(Chat("hi"));
        (await send.Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(WsmqErrors.ClientClosed);
        await stop.CancelAsync();
        await start.Invoking(s => s).Should().ThrowAsync<OperationCanceledException>();
        Script.Sends.Should().BeEmpty();
    }

    [Fact]
    public async Task Sends_wait_for_the_connection()
    {
        Script.Refuse = 503;
        var start = Client.StartAsync();
        var send = Client.SendAsync(Chat("hi"));
        await Eventually.That("an attempt has failed", () => Errors.Any(e => e.Operation == WsmqClientOperation.Connect));
        Script.Refuse = 0;
        (await send).Duplicate.Should().BeFalse();
        await start;
    }

    [Fact]
    public async Task Sends_in_flight_are_capped_and_acks_bypass_the_cap()
    {
        var held = new TaskCompletionSource();
        Record();
        Script.OnSend = async (message, _) =>
        {
            await held.Task;
            return Script.Store(message);
        };
        await Client.StartAsync();
        var sends = Enumerable.Range(1, 40).Select(i => Client.SendAsync(Chat($"{i}"))).ToList();
        await Eventually.That("the cap is reached", () => Script.Sends.Count == 8);
        await Server.Everyone.Receive(Entry.Chat(1));
        await AckedIs(1);
        Script.Sends.Should().HaveCount(8);
        held.SetResult();
        await Task.WhenAll(sends);
        Script.Stored.Should().HaveCount(40);
    }

    [Fact]
    public async Task A_cancelled_send_ends_and_the_other_sends_continue()
    {
        var held = new TaskCompletionSource();
        Script.OnSend = async (message, _) =>
        {
            await held.Task;
            return Script.Store(message);
        };
        await Client.StartAsync();
        using var cancel = new CancellationTokenSource();
        var underWay = Client.SendAsync(Chat("1"), cancel.Token);
        var later = Enumerable.Range(2, 20).Select(i => Client.SendAsync(Chat($"{i}"))).ToList();
        var waiting = Client.SendAsync(Chat("never"), cancel.Token);
        await Eventually.That("the send is in flight", () => Script.Sends.Count == 8);
        await cancel.CancelAsync();
        await underWay.Invoking(s => s).Should().ThrowAsync<OperationCanceledException>();
        await waiting.Invoking(s => s).Should().ThrowAsync<OperationCanceledException>();
        held.SetResult();
        await Task.WhenAll(later);
        Script.Sends.Should().NotContain(s => s.Body.ToString() == "\"never\"");
    }

    [Fact]
    public async Task Messages_that_the_server_would_refuse_or_disconnect_for_are_refused_by_the_client()
    {
        await Client.StartAsync();
        await Refused(Chat("x", "nobody"), WsmqErrors.InvalidAddress);
        await Refused(Chat(new string('x', 1000)), WsmqErrors.MessageTooLarge);
        await Refused(new WsmqOutgoingMessage { To = "user:bob", Data = new byte[1001] }, WsmqErrors.MessageTooLarge);
        await Refused(Chat("x") with { Data = new byte[1] }, WsmqErrors.InvalidBody);
        await Refused(Chat("x") with { Headers = new Dictionary<string, string> { ["k"] = new string('x', 100) } }, WsmqErrors.MessageTooLarge);
        Script.Sends.Should().BeEmpty();
        await Client.SendAsync(Chat("the connection is still open"));
        Script.Accepted.Should().Be(1);
    }

    [Fact]
    public async Task A_stopped_client_refuses_sends()
    {
        await Client.StartAsync();
        await Client.StopAsync();
        await Refused(Chat("x"), WsmqErrors.ClientClosed);
    }

    private async Task Refused(WsmqOutgoingMessage message, WsmqError error)
    {
        var send = async () => await Client.SendAsync(message);
        (await send.Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(error);
    }
}
