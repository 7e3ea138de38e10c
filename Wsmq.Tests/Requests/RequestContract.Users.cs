using System.Text;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Requests;

// To users.
public abstract partial class RequestContract
{
    [Fact]
    public async Task A_request_to_a_user_gets_the_reply_of_a_connection_and_leaves_nothing_in_a_log()
    {
        await StartAsync();
        var (alice, bob) = (await ConnectAsync(A, "alice"), await ConnectAsync(B, "bob"));
        (await bob.RespondAsync("user:bob", ["question"])).Should().Be(8);

        var asked = AskAsync(alice, new
        {
            to = "user:bob", type = "question", correlationId = "c", headers = new Dictionary<string, string> { ["h"] = "ü" }, body = new { n = 1 },
        });
        var request = await bob.GetsAsync();
        var isWaiting = await bob.ReplyAsync(request.Id, new { n = 2 });
        var reply = await asked;

        isWaiting.Should().BeTrue();
        request.Should().BeEquivalentTo(new { To = "user:bob", Sender = "alice", Type = "question", CorrelationId = "c" });
        request.Headers.Should().Equal(new Dictionary<string, string> { ["h"] = "ü" });
        request.Body!.Value.ToString().Should().Be("""{"n":1}""");
        request.Timeout.Should().BeInRange(1, Long);
        reply.Should().BeEquivalentTo(new { Type = "answer", Responder = "bob" });
        reply.Body!.Value.ToString().Should().Be("""{"n":2}""");
        await NothingIsStoredAsync("user:bob");
        await NothingIsStoredAsync("user:alice");
        bob.Client.Received.Should().BeEmpty();
    }

    [Fact]
    public async Task Bytes_and_large_bodies_arrive_as_they_are()
    {
        await StartAsync();
        var (alice, bob) = (await ConnectAsync(A, "alice"), await ConnectAsync(B, "bob"));
        await bob.RespondAsync("user:bob");
        var bytes = Encoding.ASCII.GetBytes(new string('x', 256 * 1024));

        var asked = AskAsync(alice, new { to = "user:bob", data = bytes, contentType = "text/plain" });
        var request = await bob.GetsAsync();
        await bob.Connection.InvokeAsync<bool>("Reply", request.Id, new { data = bytes });

        (request.Data!.Value.ToArray(), request.ContentType).Should().BeEquivalentTo((bytes, "text/plain"));
        var reply = await asked;
        (reply.Data!.Value.ToArray(), reply.ContentType).Should().BeEquivalentTo((bytes, "application/octet-stream"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_request_that_nobody_answers_fails_at_once(bool otherType)
    {
        await StartAsync();
        var (alice, bob) = (await ConnectAsync(A, "alice"), await ConnectAsync(B, "bob"));
        if (otherType)
            await bob.RespondAsync("user:bob", ["another"]);

        await FailsAsync(AskAsync(alice, "user:bob"), WsmqErrors.NoResponder);
        bob.Requests.Should().BeEmpty();
    }

    [Fact]
    public async Task A_responder_that_has_withdrawn_or_is_gone_gets_no_more_requests()
    {
        await StartAsync();
        var (alice, bob, other) = (await ConnectAsync(A, "alice"), await ConnectAsync(B, "bob"), await ConnectAsync(B, "bob"));
        await bob.RespondAsync("user:bob");
        await other.RespondAsync("user:bob", ["another"]);
        (await bob.RespondAsync("user:bob", credit: 0)).Should().Be(0);
        await FailsAsync(AskAsync(alice, "user:bob"), WsmqErrors.NoResponder);

        await other.DisposeAsync();

        await Eventually.That("it is known that it is gone", async () =>
        {
            try
            {
                await AskAsync(alice, "user:bob", "another");
                return false;
            }
            catch (HubException e)
            {
                return WsmqError.Find(e.Message) == WsmqErrors.NoResponder;
            }
        });
    }

    [Fact]
    public async Task The_time_out_reaches_the_responder_and_its_late_reply_is_dropped_and_counted()
    {
        await StartAsync();
        using var meter = new NodeCounter(B, "wsmq.requests.late");
        var (alice, bob) = (await ConnectAsync(A, "alice"), await ConnectAsync(B, "bob"));
        await bob.RespondAsync("user:bob");

        var asked = AskAsync(alice, "user:bob", timeout: 1_000);
        var request = await bob.GetsAsync();
        await FailsAsync(asked, WsmqErrors.RequestTimeout);
        await bob.IsToldAsync(request.Id);

        (await bob.ReplyAsync(request.Id, 1)).Should().BeFalse();
        meter.Count.Should().Be(1);

        // The place is free again, and there is nobody to answer.
        (await bob.ReplyAsync(request.Id, 1)).Should().BeFalse();
        meter.Count.Should().Be(1);
        await NothingIsStoredAsync("user:alice");
    }

    [Fact]
    public async Task A_cancelled_request_fails_and_its_responder_is_told()
    {
        await StartAsync();
        var (alice, bob) = (await ConnectAsync(A, "alice"), await ConnectAsync(B, "bob"));
        await bob.RespondAsync("user:bob");

        var asked = AskAsync(alice, "user:bob", id: "mine");
        var request = await bob.GetsAsync();
        await FailsAsync(AskAsync(alice, "user:bob", id: "mine"), WsmqErrors.InvalidMessage);
        (await alice.Connection.InvokeAsync<bool>("CancelRequest", "mine")).Should().BeTrue();

        await FailsAsync(asked, WsmqErrors.RequestFailed, "cancelled");
        await bob.IsToldAsync(request.Id);
        (await alice.Connection.InvokeAsync<bool>("CancelRequest", "mine")).Should().BeFalse();
    }

    [Fact]
    public async Task A_requester_that_disconnects_cancels_its_requests()
    {
        await StartAsync();
        var (alice, bob) = (await ConnectAsync(A, "alice"), await ConnectAsync(B, "bob"));
        await bob.RespondAsync("user:bob");
        var asked = AskAsync(alice, "user:bob");
        var request = await bob.GetsAsync();

        await alice.DisposeAsync();

        await bob.IsToldAsync(request.Id);
        await asked.Invoking(a => a).Should().ThrowAsync<Exception>();
    }

    [Fact]
    public async Task A_request_whose_responder_disconnects_fails_and_is_given_to_nobody_else()
    {
        await StartAsync();
        var (alice, bob) = (await ConnectAsync(A, "alice"), await ConnectAsync(B, "bob"));
        await bob.RespondAsync("user:bob");
        var asked = AskAsync(alice, "user:bob");
        await bob.GetsAsync();
        var second = await ConnectAsync(B, "bob");
        await second.RespondAsync("user:bob");

        await bob.DisposeAsync();

        await FailsAsync(asked, WsmqErrors.RequestFailed, "responder-lost: it may have been handled");
        second.Requests.Should().BeEmpty();
    }

    [Fact]
    public async Task A_refusal_reaches_the_requester_as_a_code_and_a_text()
    {
        await StartAsync();
        var (alice, bob) = (await ConnectAsync(A, "alice"), await ConnectAsync(B, "bob"));
        await bob.RespondAsync("user:bob");

        var asked = AskAsync(alice, "user:bob");
        (await bob.RefuseAsync((await bob.GetsAsync()).Id, "sold-out", "No shoes (of size 9) left")).Should().BeTrue();

        await FailsAsync(asked, WsmqErrors.RequestFailed, "sold-out: No shoes (of size 9) left");
    }

    [Fact]
    public async Task One_of_the_connections_of_a_user_gets_each_request_and_further_ones_wait_for_room()
    {
        await StartAsync();
        var (alice, one, two) = (await ConnectAsync(A, "alice"), await ConnectAsync(B, "bob"), await ConnectAsync(B, "bob"));
        await one.RespondAsync("user:bob", credit: 1);
        await two.RespondAsync("user:bob", credit: 1);

        var asked = Enumerable.Range(0, 3).Select(_ => AskAsync(alice, "user:bob")).ToArray();
        var (first, second) = (await one.GetsAsync(), await two.GetsAsync());
        first.Id.Should().NotBe(second.Id);
        await one.ReplyAsync(first.Id, 1);
        var third = await one.GetsAsync(2);
        await one.ReplyAsync(third.Id, 3);
        await two.ReplyAsync(second.Id, 2);

        (await Task.WhenAll(asked)).Select(r => r.Body!.Value.ToString()).Should().BeEquivalentTo("1", "2", "3");
        (one.Requests.Count, two.Requests.Count).Should().Be((2, 1));
    }

    [Fact]
    public async Task A_request_that_waits_for_room_goes_elsewhere_when_its_responder_leaves()
    {
        await StartAsync();
        var (alice, one) = (await ConnectAsync(A, "alice"), await ConnectAsync(B, "bob"));
        await one.RespondAsync("user:bob", credit: 1);
        var first = AskAsync(alice, "user:bob");
        var held = await one.GetsAsync();
        var second = AskAsync(alice, "user:bob");
        var other = await ConnectAsync(A, "bob");
        await other.RespondAsync("user:bob", ["question"], credit: 0);

        await one.RespondAsync("user:bob", credit: 0);

        await FailsAsync(second, WsmqErrors.NoResponder);
        (await one.ReplyAsync(held.Id, 1)).Should().BeTrue();
        await first;
    }

    [Fact]
    public async Task A_request_beyond_those_that_may_wait_is_refused()
    {
        await StartAsync(o => o.Requests.MaxWaiting = 0);
        var (alice, bob) = (await ConnectAsync(A, "alice"), await ConnectAsync(B, "bob"));
        await bob.RespondAsync("user:bob", credit: 1);
        var asked = AskAsync(alice, "user:bob");
        var request = await bob.GetsAsync();

        await FailsAsync(AskAsync(alice, "user:bob"), WsmqErrors.ResponderBusy);

        await bob.ReplyAsync(request.Id, 1);
        await asked;
    }

    [Fact]
    public async Task A_connection_has_a_number_of_open_requests()
    {
        await StartAsync(o => o.Requests.MaxOpen = 2);
        var (alice, bob) = (await ConnectAsync(A, "alice"), await ConnectAsync(B, "bob"));
        await bob.RespondAsync("user:bob");
        Task<WsmqReply>[] asked = [AskAsync(alice, "user:bob"), AskAsync(alice, "user:bob")];
        await bob.GetsAsync(2);

        await FailsAsync(AskAsync(alice, "user:bob"), WsmqErrors.TooManySends);

        await bob.ReplyAsync(bob.Requests[0].Id, 1);
        await Task.WhenAny(asked);
        var third = AskAsync(alice, "user:bob");
        await bob.ReplyAsync((await bob.GetsAsync(3)).Id, 1);
        await third;
    }

    [Fact]
    public async Task Only_who_has_a_request_can_answer_it_and_only_once()
    {
        await StartAsync();
        var (alice, bob, mallory) = (await ConnectAsync(A, "alice"), await ConnectAsync(B, "bob"), await ConnectAsync(B, "mallory"));
        await bob.RespondAsync("user:bob");
        await mallory.RespondAsync("user:mallory");
        var asked = AskAsync(alice, "user:bob");
        var request = await bob.GetsAsync();

        (await mallory.ReplyAsync(request.Id, "forged")).Should().BeFalse();
        (await bob.ReplyAsync(request.Id, 1)).Should().BeTrue();
        (await bob.ReplyAsync(request.Id, 2)).Should().BeFalse();

        (await asked).Body!.Value.ToString().Should().Be("1");
    }

    [Fact]
    public async Task Malformed_calls_are_refused_with_a_code_and_lose_nothing()
    {
        await StartAsync(o => o.Requests.MaxTimeout = TimeSpan.FromMinutes(1));
        var (alice, bob) = (await ConnectAsync(A, "alice"), await ConnectAsync(B, "bob"));
        await bob.RespondAsync("user:bob");
        await FailsAsync(AskAsync(alice, "user:bob", timeout: 60_001), WsmqErrors.InvalidMessage);
        await FailsAsync(AskAsync(alice, "user:bob", timeout: 0), WsmqErrors.InvalidMessage);
        await FailsAsync(AskAsync(alice, new { to = "user:bob", delay = 1 }, 1000), WsmqErrors.InvalidMessage);
        await FailsAsync(AskAsync(alice, new { to = "user:bob", key = "k" }, 1000), WsmqErrors.InvalidMessage);
        await FailsAsync(AskAsync(alice, new { to = "nobody" }, 1000), WsmqErrors.InvalidAddress);
        await RefusedAsync(bob, WsmqErrors.ReadNotAllowed, "Respond", "user:alice", null, 1);
        await RefusedAsync(bob, WsmqErrors.InvalidMessage, "Respond", "user:bob", Array.Empty<string>(), 1);
        await RefusedAsync(bob, WsmqErrors.InvalidMessage, "Respond", "user:bob", "text", 1);
        await RefusedAsync(bob, WsmqErrors.InvalidMessage, "Respond", "user:bob", new object[] { 1 }, 1);

        var asked = AskAsync(alice, "user:bob", timeout: 60_000);
        var request = await bob.GetsAsync();
        await RefusedAsync(bob, WsmqErrors.InvalidMessage, "RefuseRequest", request.Id, "Not a code", null);
        await RefusedAsync(bob, WsmqErrors.InvalidMessage, "Reply", request.Id, new { to = "user:alice" });
        await RefusedAsync(bob, WsmqErrors.MessageTooLarge, "Reply", request.Id, new { body = new string('x', 256 * 1024) });
        await bob.ReplyAsync(request.Id, 1);
        await asked;
    }

    private static async Task RefusedAsync(Responder client, WsmqError error, string method, params object?[] arguments)
    {
        var thrown = await client.Connection.Invoking(c => c.InvokeCoreAsync(method, typeof(object), arguments)).Should().ThrowAsync<HubException>();
        WsmqError.Find(thrown.Which.Message).Should().Be(error, thrown.Which.Message);
    }
}
