namespace Wsmq.Tests.Client;

/// <content>What is delivered, and that only a successful handler acknowledges.</content>
public abstract partial class RealServerContract
{
    [Fact]
    public async Task A_typed_message_crosses_nodes_with_all_its_fields()
    {
        await StartNodesAsync();
        var alice = await StartClientAsync(A.Hub, "alice");
        var bob = await StartClientAsync(B.Hub, "bob");

        var receipt = await alice.Client.SendAsync(WsmqAddress.User("bob"), new Number(7), new WsmqSendOptions
        {
            Headers = new Dictionary<string, string> { ["k"] = "v" }, CorrelationId = "c1", ReplyTo = WsmqAddress.User("alice"),
        });

        await bob.HandlesAsync([7]);
        var got = bob.Messages[0];
        got.Position.ToString().Should().Be(receipt.Position);
        got.Should().BeEquivalentTo(new { receipt.Id, Sender = "alice", CorrelationId = "c1", ReplyTo = WsmqAddress.User("alice"), Type = "Number" });
        got.Headers.Should().Equal(new Dictionary<string, string> { ["k"] = "v" });

        await bob.SendAsync(got.ReplyTo!.Value.ToString(), 8);
        await alice.HandlesAsync([8]);
    }

    [Fact]
    public async Task A_message_whose_handler_fails_is_handled_again_before_the_next()
    {
        await StartNodesAsync();
        var calls = new List<int>();
        var alice = await StartClientAsync(A.Hub, "alice");
        var bob = await StartClientAsync(B.Hub, "bob", number =>
        {
            calls.Add(number.Value);
            return number.Value == 3 && calls.Count < 7 ? throw new InvalidOperationException("not yet") : Task.CompletedTask;
        });

        await alice.SendAsync(Bob, Numbers(6));

        await bob.HandlesAsync(Numbers(6));
        calls.Should().Equal(0, 1, 2, 3, 3, 3, 3, 4, 5);
        bob.Errors.Should().HaveCount(3).And.OnlyContain(e => e.Operation == WsmqClientOperation.Handle && e.Exception is InvalidOperationException);
        await CursorIsAsync(Bob, "bob", bob.Messages[^1].Position);
    }

    [Fact]
    public async Task Messages_from_a_failed_one_on_are_not_acknowledged_and_are_delivered_to_the_next_process()
    {
        // However long the cut takes, the message is not dead-lettered before.
        await StartNodesAsync(o => o.DeadLetters.MaxAttempts = 1_000_000);
        var alice = await StartClientAsync(A.Hub, "alice");
        var line = Keep(new TcpProxy(A.Hub));
        var failing = await StartClientAsync(line.Hub, "bob", n => n.Value == 4 ? throw new InvalidOperationException("never") : Task.CompletedTask);
        var receipts = await alice.SendAsync(Bob, Numbers(10));
        await Eventually.That("the handler failed several times", () => failing.Calls >= 8);
        await CursorIsAsync(Bob, "bob", WsmqPosition.Parse(receipts[3].Position));

        // Cut without a close, as when a process is killed.
        await line.DisposeAsync();
        var next = await StartClientAsync(B.Hub, "bob");

        await next.HandlesAsync([4, 5, 6, 7, 8, 9]);
        failing.Handled.Should().Equal(0, 1, 2, 3);
        await CursorIsAsync(Bob, "bob", WsmqPosition.Parse(receipts[9].Position));
    }

    [Fact]
    public async Task Reading_acknowledges_a_message_when_the_next_is_requested()
    {
        await StartNodesAsync();
        var receipts = await (await StartClientAsync(A.Hub, "alice")).SendAsync(Bob, Numbers(6));
        var first = new List<int>();
        await using (var reader = new TypedClient(B.Hub, "bob", handle: null))
        {
            await reader.Client.StartAsync();
            await foreach (var delivery in reader.Client.ReadAllAsync())
            {
                first.Add(delivery.Body!.Value.To<Number>(options: null)!.Value);
                if (first.Count == 3)
                    break;
            }
        }

        first.Should().Equal(0, 1, 2);
        (await CursorAsync(Bob, "bob")).ToString().Should().Be(receipts[1].Position, "the third was still being read");
        var next = await StartClientAsync(A.Hub, "bob");
        await next.HandlesAsync([2, 3, 4, 5]);
    }

    [Fact]
    public async Task A_start_with_one_device_too_many_throws_TooManyDevices()
    {
        await StartNodesAsync(o => o.Devices.MaxPerUser = 1);
        var first = await StartClientAsync(A.Hub, "bob");

        await using var second = new TypedClient(B.Hub, "bob", _ => Task.CompletedTask, o => o.Device = "second");
        var start = () => second.Client.StartAsync();

        (await start.Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(WsmqErrors.TooManyDevices);
        second.Errors.Should().ContainSingle(e => e.Operation == WsmqClientOperation.Connect);
        await PublishAsync(A, Bob, [1]);
        await first.HandlesAsync([1]);
        second.HandledCount.Should().Be(0);
    }
}
