using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Server.Stores;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Unacknowledged;

// What becomes of attempts that fail, and of nodes that end.
public abstract partial class UnacknowledgedContract
{
    [Fact]
    public async Task A_hook_that_asks_again_learns_what_was_acknowledged_meanwhile()
    {
        var node = await StartAsync();
        var still = new TaskCompletionSource<WsmqUnacknowledged>(TaskCreationOptions.RunContinuationsAsynchronously);
        Calls.Then = async (told, stop) =>
        {
            var bob = await ConnectAsync(node, "bob", ack: false);
            await bob.ReceivesAsync("1", "1", "1");
            await bob.Connection.InvokeAsync("Ack", "user:bob", bob.Received[1].Position, stop);
            await Eventually.That("the ack is stored", async () => (await told.StillAsync(stop)).Messages.Count < 3);
            still.TrySetResult(await told.StillAsync(stop));
        };
        await SendAsync(node, Message("user:bob", "a"), Message("user:bob", "b"), Message("user:bob", "c"));

        (await still.Task).Messages.Select(m => m.Id).Should().Equal("c");
        Calls.All.Single().Messages.Should().HaveCount(3);
    }

    [Fact]
    public async Task A_hook_that_throws_is_called_again_with_what_is_due_by_then()
    {
        var node = await StartAsync();
        Calls.Then = (told, _) => told.Attempt < 3 ? throw new InvalidOperationException("the push service is away") : Task.CompletedTask;
        await SendAsync(node, Message("user:bob", "a"));
        await Eventually.That("the first attempt has failed", () => Calls.All.Count == 1);
        await SendAsync(node, Message("user:bob", "b"));

        await Eventually.That("the third attempt succeeds", () => Calls.All.Any(c => c.Attempt == 3));

        Calls.All.Select(c => c.Attempt).Should().Equal(1, 2, 3);
        Calls.All[2].Messages.Select(m => m.Id).Should().Equal("a", "b");
        Calls.Then = (_, _) => Task.CompletedTask;
        await SendAsync(node, Message("user:bob", "c"));
        await Eventually.That("what comes later begins anew", () => Calls.Ids.Contains("bob: c"));
        Calls.All[^1].Attempt.Should().Be(1);
    }

    [Fact]
    public async Task After_the_last_attempt_the_messages_are_given_up_and_others_go_on()
    {
        var node = await StartAsync(o => o.Unacknowledged.MaxAttempts = 2);
        Calls.Then = (told, _) => told.Messages.Any(m => m.Id == "bad") ? throw new InvalidOperationException("cannot be sent") : Task.CompletedTask;
        await SendAsync(node, Message("user:bob", "bad"), Message("user:carol", "good"));
        await Eventually.That("all attempts are made", () => Calls.Ids.Count(c => c == "bob: bad") == 2);
        await SendAsync(node, Message("user:bob", "good"));

        await Eventually.That("what follows is told of", () => Calls.Ids.Contains("bob: good"));

        Calls.Ids.Should().BeEquivalentTo("bob: bad", "bob: bad", "carol: good", "bob: good");
    }

    [Fact]
    public async Task A_hook_that_takes_too_long_is_cancelled_and_has_failed()
    {
        var node = await StartAsync(o => o.Unacknowledged.Timeout = TimeSpan.FromSeconds(1));
        Calls.Then = (told, stop) => told.Attempt == 1 ? Task.Delay(Timeout.InfiniteTimeSpan, stop) : Task.CompletedTask;
        await SendAsync(node, Message("user:bob", "a"));

        await Eventually.That("it is called again", () => Calls.All.Count == 2);

        Calls.All[1].Attempt.Should().Be(2);
    }

    [Fact]
    public async Task What_a_node_that_was_killed_in_the_middle_of_a_call_had_taken_is_told_by_another_one_after_its_lease()
    {
        // It notes the message and takes it, and never settles it.
        var killed = Keep(await TestNode.StartAsync(
            UseStore, o => (o.Unacknowledged.HasHook, o.Unacknowledged.After, o.Unacknowledged.Gather) = (true, Soon, Soon)));
        var store = killed.Services.GetRequiredService<IStore>();
        var lane = store.MessageLog.AppenderOf(WsmqAddress.User("bob"));
        await SendAsync(killed, Message("user:bob", "a"));
        TakenAddress? taken = null;
        await Eventually.That("it is due", async () =>
            (taken = (await store.Unacknowledged.TakeAsync(lane, TimeSpan.FromSeconds(1), 1, default)).Addresses.SingleOrDefault()) is not null);
        await store.Unacknowledged.BeginAsync(taken!, TimeSpan.FromSeconds(2), default);
        await killed.DisposeAsync();

        var node = await StartAsync();

        await Eventually.That("it is told of", () => Calls.All.Count == 1);
        Calls.All[0].Attempt.Should().Be(2, "the first one was begun");
        await AllAreToldAsync(node, "bob: a");
    }

    [Fact]
    public async Task A_node_that_stops_in_the_middle_of_a_call_leaves_the_messages_to_the_next_one_at_once()
    {
        var first = new HookCalls { Then = (_, stop) => Task.Delay(Timeout.InfiniteTimeSpan, stop) };
        var node = await StartOneAsync(null, first);
        await SendAsync(node, Message("user:bob", "a"));
        await Eventually.That("the hook is called", () => first.All.Count == 1);

        await node.DisposeAsync();
        var next = await StartAsync();

        await Eventually.That("the next node calls its hook", () => Calls.All.Count == 1);
        Calls.All[0].Should().BeEquivalentTo(new { User = "bob", Attempt = 1 });
        await AllAreToldAsync(next, "bob: a");
    }

    [Fact]
    public async Task Thousands_of_users_who_are_due_at_once_are_told_of_once_with_a_bounded_number_of_calls()
    {
        var node = await StartAsync(o => o.Unacknowledged.MaxCalls = 4);
        Calls.Then = (_, _) => Task.Delay(1, CancellationToken.None);
        var users = Enumerable.Range(0, 2_000).Select(i => $"u{i}").ToArray();
        foreach (var part in users.Chunk(500))
            await SendAsync(node, part.Select(u => Message($"user:{u}", "m")));

        await Eventually.That("all are told of", () => Calls.All.Count >= users.Length);

        await AllAreToldAsync(node, [.. users.Select(u => $"{u}: m")]);
        Calls.MostAtOnce.Should().BeLessThanOrEqualTo(ManyNodes ? 8 : 4);
    }
}
