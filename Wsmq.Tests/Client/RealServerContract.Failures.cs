using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;

namespace Wsmq.Tests.Client;

/// <content>Handlers that keep failing.</content>
public abstract partial class RealServerContract
{
    private static Func<Number, Task> FailsOn(params int[] numbers) => number => numbers.Contains(number.Value)
        ? throw new InvalidOperationException($"cannot handle {number.Value}")
        : Task.CompletedTask;

    [Fact]
    public async Task A_message_whose_handler_always_fails_is_dead_lettered_and_later_messages_are_handled()
    {
        await StartNodesAsync(o => o.DeadLetters.MaxAttempts = 4);
        int[] bad = [2, 3, 9];
        var tries = new ConcurrentDictionary<int, int>();
        TypedClient bob = null!;
        bob = await StartClientAsync(B.Hub, "bob", async n =>
        {
            // The fifth attempt waits for the notice, so that there is no sixth.
            if (bad.Contains(n.Value) && tries.AddOrUpdate(n.Value, 1, (_, count) => count + 1) > 4)
                await Eventually.That("the client is notified", () => bob.DeadLettered.Count > Array.IndexOf(bad, n.Value));
            await FailsOn(bad)(n);
        });

        await PublishAsync(A, Bob, Numbers(10));

        await bob.HandlesAsync([0, 1, 4, 5, 6, 7, 8]);
        await Eventually.That("three are dead-lettered", () => bob.DeadLettered.Count == 3);
        bob.DeadLettered.Should().OnlyContain(s => s.Source == WsmqAddress.User("bob") && s.Attempts == 4);
        bob.Calls.Should().BeInRange(7 + (3 * 4), 7 + (3 * 5), "each attempt is counted, and one more may have begun before the client was notified");
        bob.Gaps.Should().BeEmpty();
        var letters = await DeadLetters.ListAsync("bob");
        letters.Select(l => l.Position).Should().Equal(bob.DeadLettered.Select(s => s.Position));
        letters.Should().OnlyContain(l => l.Reason == nameof(InvalidOperationException) && l.Device == "default");
        await CursorIsAsync(Bob, "bob", letters[2].Position);
    }

    [Fact]
    public async Task A_message_whose_handler_fails_twice_and_then_succeeds_is_not_dead_lettered()
    {
        await StartNodesAsync(o => o.DeadLetters.MaxAttempts = 3);
        var calls = new ConcurrentDictionary<int, int>();
        var bob = await StartClientAsync(B.Hub, "bob", n =>
            calls.AddOrUpdate(n.Value, 1, (_, c) => c + 1) < 3 ? throw new InvalidOperationException("not yet") : Task.CompletedTask);

        await PublishAsync(A, Bob, Numbers(5));

        await bob.HandlesAsync(Numbers(5));
        bob.DeadLettered.Should().BeEmpty();
        (await DeadLetters.ListAsync("bob")).Should().BeEmpty();
    }

    [Fact]
    public async Task Attempts_are_counted_across_reconnects_and_across_a_restart_of_the_client()
    {
        const int Limit = 12;
        await StartNodesAsync(o => o.DeadLetters.MaxAttempts = Limit);
        var proxy = Keep(new TcpProxy(B.Hub));
        var (calls, all) = (0, 0);
        await PublishAsync(A, Bob, Numbers(2));

        // Its backoff grows, so that it stays far below the limit however late it is stopped.
        await using (var first = await TypedClient.StartAsync(proxy.Hub, "bob", Fail, o => o.HandlerBackoff.Max = TimeSpan.FromSeconds(30)))
        {
            // Not in the handler, which may run before the connection is accepted.
            await Eventually.That("it fails repeatedly", () => Volatile.Read(ref calls) >= 2);
            proxy.Cut();
            await Eventually.That("the client has reconnected", () => first.States.Count(s => s == WsmqClientState.Connected) == 2);

            // Failures without a connection are not nacked; failures after the reconnect are, before the next attempt.
            var before = Volatile.Read(ref calls);
            await Eventually.That("it fails again", () => Volatile.Read(ref calls) >= before + 3);
        }

        all = Volatile.Read(ref calls);

        var second = await StartClientAsync(B.Hub, "bob", Fail);

        await second.HandlesAsync([1]);
        await Eventually.That("the app is notified", () => second.DeadLettered.Count > 0);
        second.DeadLettered.Should().ContainSingle().Which.Attempts.Should().BeGreaterThanOrEqualTo(Limit, "connections that ended without an ack count too");
        second.Calls.Should().BeLessThan(1 + Limit, "the attempts of the first client count as well");
        (Volatile.Read(ref calls) + 1).Should().BeGreaterThanOrEqualTo(Limit, "a nack may be lost with a cut connection");
        all.Should().BeGreaterThanOrEqualTo(4);

        Task Fail(Number number)
        {
            if (number.Value != 0)
                return Task.CompletedTask;
            Interlocked.Increment(ref calls);
            throw new InvalidOperationException("never");
        }
    }

    [Fact]
    public async Task Devices_count_attempts_separately_and_sources_do_not_delay_each_other()
    {
        await StartNodesAsync(o => o.DeadLetters.MaxAttempts = 5);
        await A.Groups.AddToGroupAsync("bob", "ops");
        await using var laptop = await TypedClient.StartAsync(A.Hub, "bob", configure: o => o.Device = "laptop");
        var open = new TaskCompletionSource();
        var phone = await StartClientAsync(
            B.Hub, "bob", async n =>
            {
                if (n.Value == 100)
                    await open.Task;
                await FailsOn(100, 200)(n);
            },
            o => o.Device = "phone");

        await PublishAsync(A, Bob, [100, 101]);
        await PublishAsync(A, "group:ops", [200, 201, 202]);

        await phone.HandlesAsync([201, 202]);
        open.SetResult();
        await phone.HandlesAsync([201, 202, 101]);
        await Eventually.That("the laptop has handled all", () => laptop.HandledCount == 5);
        laptop.DeadLettered.Should().BeEmpty();
        (await DeadLetters.ListAsync("bob")).Select(l => (l.Source.ToString(), l.Device, l.Attempts)).Should().Equal(
            ("group:ops", "phone", 5), (Bob, "phone", 5));
    }

    [Fact]
    public async Task A_dead_letter_is_handled_once_it_is_replayed_to_a_handler_that_succeeds()
    {
        await StartNodesAsync(o => o.DeadLetters.MaxAttempts = 2);
        var repaired = false;
        var bob = await StartClientAsync(B.Hub, "bob", n => n.Value == 1 && !Volatile.Read(ref repaired)
            ? throw new InvalidOperationException("broken")
            : Task.CompletedTask);
        await PublishAsync(A, Bob, Numbers(3));
        await bob.HandlesAsync([0, 2]);

        Volatile.Write(ref repaired, true);
        var letter = (await DeadLetters.ListAsync("bob")).Single();
        await DeadLetters.ReplayAsync("bob", letter.Id);

        await bob.HandlesAsync([0, 2, 1]);
        bob.Messages[2].Headers![WsmqReplayHeaders.Position].Should().Be(letter.Position.ToString());
    }

    private IWsmqDeadLetters DeadLetters => A.Services.GetRequiredService<IWsmqDeadLetters>();
}
