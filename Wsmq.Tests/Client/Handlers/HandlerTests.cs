namespace Wsmq.Tests.Client;

public sealed class HandlerTests : ClientTest
{
    [Fact]
    public async Task A_message_is_acknowledged_only_after_its_handler_has_returned()
    {
        var entered = new TaskCompletionSource();
        var leave = new TaskCompletionSource();
        Client.On<Line>(async (message, ct) =>
        {
            Handled.Enqueue(message.Body.Text);
            entered.TrySetResult();
            await leave.Task.WaitAsync(ct);
        });
        Script.OnConnected = Entry.Chats(1);
        await Client.StartAsync();
        await entered.Task;
        Script.Acks.Should().BeEmpty();

        leave.SetResult();

        await AckedIs(1);
        Handled.Should().Equal("1");
    }

    [Fact]
    public async Task A_message_carries_every_field_of_its_delivery()
    {
        WsmqMessage<Line>? seen = null;
        Client.On<Line>((message, _) =>
        {
            seen = message;
            return Task.CompletedTask;
        });
        var headers = new Dictionary<string, string> { ["k"] = "v" };
        var delivery = Entry.Chat(7, Entry.Group) with { Headers = headers, CorrelationId = "c", ReplyTo = "user:bob" };
        Script.OnConnected = client => client.Receive(delivery);
        await Client.StartAsync();

        await AckedIs(7, Entry.Group);

        seen!.Body.Should().Be(new Line("7"));
        seen.Source.Should().Be(WsmqAddress.Group("all"));
        seen.Position.Should().Be(new WsmqPosition(7));
        (seen.Id, seen.Sender, seen.Type, seen.CorrelationId).Should().Be(("m7", "bob", nameof(Line), "c"));
        seen.SentAt.Should().Be(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000));
        seen.Headers.Should().Equal(headers);
        seen.ReplyTo.Should().Be(WsmqAddress.User("bob"));
    }

    [Fact]
    public async Task A_failing_message_is_handled_again_before_the_next_and_no_later_message_is_acknowledged()
    {
        var broken = true;
        var tries = 0;
        Client.On<Line>((message, _) =>
        {
            if (message.Body.Text == "2" && Volatile.Read(ref broken))
            {
                Interlocked.Increment(ref tries);
                throw new InvalidOperationException("not yet");
            }

            Handled.Enqueue($"{message.Source} {message.Body.Text}");
            return Task.CompletedTask;
        });
        Script.OnConnected = async client =>
        {
            await Entry.Chats(1, 2, 3)(client);
            await client.Receive(Entry.Chat(1, Entry.Group));
            await client.Receive(Entry.Chat(3, Entry.Group, previous: 1));
        };
        await Client.StartAsync();

        await Eventually.That("it was tried several times", () => Volatile.Read(ref tries) > 3);
        await AckedIs(3, Entry.Group);
        await AckedIs(1);
        Handled.Should().NotContain("user:alice 3");
        Errors.Should().OnlyContain(e => e.Operation == WsmqClientOperation.Handle && e.Delivery!.Position == Entry.At(2));

        Volatile.Write(ref broken, false);
        await AckedIs(3);
        Handled.Where(h => h.StartsWith("user", StringComparison.Ordinal)).Should().Equal("user:alice 1", "user:alice 2", "user:alice 3");
    }

    [Fact]
    public async Task A_message_of_an_unknown_type_goes_to_the_fallback()
    {
        Record();
        Client.OnAny((delivery, _) =>
        {
            Handled.Enqueue($"any {delivery.Type}");
            return Task.CompletedTask;
        });
        Script.OnConnected = async client =>
        {
            await client.Receive(Entry.Raw(1, "other", "1"));
            await client.Receive(Entry.Raw(2, null, "1"));
            await client.Receive(Entry.Chat(3));
        };
        await Client.StartAsync();

        await AckedIs(3);
        Handled.Should().Equal("any other", "any ", "3");
        Errors.Should().BeEmpty();
    }

    [Fact]
    public async Task A_body_that_does_not_match_its_type_goes_to_the_fallback()
    {
        Record();
        Client.OnAny((delivery, _) =>
        {
            Handled.Enqueue($"any {delivery.Body}");
            return Task.CompletedTask;
        });
        Script.OnConnected = client => client.Receive(Entry.Raw(1, nameof(Line), "[1, 2]"));
        await Client.StartAsync();

        await AckedIs(1);
        Handled.Should().Equal("any [1, 2]");
        Errors.Should().BeEmpty();
    }

    [Fact]
    public async Task Messages_wait_until_a_handler_is_registered()
    {
        Script.OnConnected = Entry.Chats(1, 2);
        await Client.StartAsync();
        await Client.SendAsync(Chat("a round trip after both"));
        Script.Acks.Should().BeEmpty();

        Record();

        await AckedIs(2);
        Handled.Should().Equal("1", "2");
        Errors.Should().BeEmpty();
    }

    [Fact]
    public async Task Acks_are_cumulative_and_fewer_than_messages()
    {
        Record();
        var held = new TaskCompletionSource();
        Script.OnAck = (_, _) => held.Task;
        Script.OnConnected = Entry.Chats([.. Enumerable.Range(1, 200).Select(i => (long)i)]);
        await Client.StartAsync();
        await Eventually.That("all are handled", () => Handled.Count == 200);
        held.SetResult();

        await AckedIs(200);
        Script.Acks.Should().HaveCountLessThan(20).And.BeInAscendingOrder(a => a.Position);
    }

    [Fact]
    public void A_second_handler_for_a_type_is_refused_until_the_first_is_disposed()
    {
        var first = Client.On<Line>((_, _) => Task.CompletedTask);
        var again = () => Client.On<Line>((_, _) => Task.CompletedTask);
        again.Should().Throw<InvalidOperationException>().WithMessage("*Line*");
        first.Dispose();
        first.Dispose();
        again.Should().NotThrow();
    }

    [Fact]
    public async Task Event_handlers_that_throw_do_not_stop_delivery()
    {
        Client.Error += (_, _) => throw new InvalidOperationException("from the app");
        Client.StateChanged += (_, _) => throw new InvalidOperationException("from the app");
        Record();
        Script.OnNack = async (source, position, caller) =>
        {
            await caller.DeadLettered(source, position, 1);
            return 1;
        };
        Script.OnConnected = async client =>
        {
            await client.Receive(Entry.Raw(1, "other", "1"));
            await client.Receive(Entry.Chat(2));
        };
        await Client.StartAsync();
        await AckedIs(2);
    }

    [Fact]
    public async Task A_handler_failure_before_the_connection_is_accepted_is_nacked_once_it_is_accepted()
    {
        await using var patient = new WsmqClient(Server.Url, o => o.HandlerBackoff.Min = o.HandlerBackoff.Max = TimeSpan.FromMinutes(5));
        var failed = new TaskCompletionSource();
        patient.On<Line>((_, _) => throw new InvalidOperationException("not today"));
        patient.Error += (_, e) =>
        {
            if (e.Operation == WsmqClientOperation.Handle)
                failed.TrySetResult();
        };
        Script.OnConnected = async client =>
        {
            await client.Receive(Entry.Chat(1));
            await failed.Task;
        };

        await patient.StartAsync();

        await Eventually.That("it is nacked", () => Script.Nacks.Any(f => f.Position == Entry.At(1)));
    }

    [Fact]
    public async Task A_callback_that_violates_the_protocol_is_reported_and_ignored()
    {
        Record();
        Script.OnConnected = async client =>
        {
            await client.Receive(Entry.Chat(1) with { Position = "x" });
            await client.Receive(Entry.Chat(1) with { Source = "nobody" });
            await client.Gap("user:alice", "y", "z", "lost");
            await client.Stalled("user:alice", "y");
            await client.Receive(Entry.Chat(1));
        };
        await Client.StartAsync();
        await AckedIs(1);
        Errors.Should().HaveCount(4).And.OnlyContain(e => e.Operation == WsmqClientOperation.Protocol);
    }

    [Fact]
    public async Task A_stall_raises_the_Stalled_event()
    {
        var told = new TaskCompletionSource<WsmqStalledEventArgs>();
        Client.Stalled += (_, e) => told.TrySetResult(e);
        Script.OnConnected = client => client.Stalled(Entry.Alice, Entry.At(9));
        await Client.StartAsync();
        var stalled = await told.Task;
        (stalled.Source, stalled.Position).Should().Be((WsmqAddress.User("alice"), new WsmqPosition(9)));
    }
}
