namespace Wsmq.Tests.Client;

/// <summary>How the client nacks failed attempts, and how it handles <c>DeadLettered</c>.</summary>
public sealed class DeadLetteredTests : ClientTest
{
    private int _tries;

    private void FailOn(string text) => Client.On<Line>((message, _) =>
    {
        if (message.Body.Text == text)
        {
            Interlocked.Increment(ref _tries);
            throw new InvalidOperationException("with the content of the message");
        }

        Handled.Enqueue(message.Body.Text);
        return Task.CompletedTask;
    });

    [Fact]
    public async Task Each_failed_attempt_is_nacked_with_the_type_of_its_exception_after_the_acks()
    {
        FailOn("3");
        Script.OnNack = async (source, position, client) =>
        {
            Script.LastAck(source).Should().Be(Entry.At(2));
            if (Script.Nacks.Count >= 4)
                await client.DeadLettered(source, position, 4);
            return Script.Nacks.Count;
        };
        var deadLettered = new TaskCompletionSource<WsmqDeadLetteredEventArgs>();
        Client.DeadLettered += (_, e) => deadLettered.TrySetResult(e);
        Script.OnConnected = Entry.Chats(1, 2, 3, 4);
        await Client.StartAsync();

        await AckedIs(4);
        Handled.Should().Equal("1", "2", "4");

        // An attempt that fails before the client uses the connection is not nacked if the next attempt begins first; and one more attempt
        // may fail before the client receives that the message is dead-lettered.
        Script.Nacks.Should().HaveCountGreaterThanOrEqualTo(4).And.HaveCountLessThanOrEqualTo(_tries)
            .And.OnlyContain(f => f.Position == Entry.At(3) && f.Reason == nameof(InvalidOperationException));
        var args = await deadLettered.Task;
        (args.Source, args.Position, args.Attempts).Should().Be((WsmqAddress.User("alice"), new WsmqPosition(3), 4));
    }

    [Fact]
    public async Task A_DeadLettered_call_ends_a_long_back_off_and_applies_to_entries_that_are_not_received_yet()
    {
        await using var client = new WsmqClient(Server.Url, o => (o.HandlerBackoff.Min, o.HandlerBackoff.Max) = (TimeSpan.FromHours(1), TimeSpan.FromHours(1)));
        client.On<Line>((message, _) =>
        {
            if (message.Body.Text != "4")
                throw new InvalidOperationException(message.Body.Text);
            Handled.Enqueue(message.Body.Text);
            return Task.CompletedTask;
        });
        Script.OnNack = async (source, position, caller) =>
        {
            // Another connection of the device is further ahead than this one.
            foreach (var at in new[] { 2, 3, 1 })
                await caller.DeadLettered(source, Entry.At(at), 1);
            return 1;
        };
        Script.OnConnected = Entry.Chats(1, 2, 3, 4);
        await client.StartAsync();

        await HandledAre("4");
        Script.Nacks.Should().ContainSingle();
    }

    [Fact]
    public async Task A_failing_message_is_retried_when_the_server_does_not_support_Nack()
    {
        FailOn("1");
        Script.OnNack = (_, _, _) => throw new InvalidOperationException("an older server");
        Script.OnConnected = Entry.Chats(1, 2);
        await Client.StartAsync();

        await Eventually.That("it is retried repeatedly", () => Volatile.Read(ref _tries) > 5);
        Handled.Should().BeEmpty();
        Errors.Should().OnlyContain(e => e.Operation == WsmqClientOperation.Handle);
    }

    [Fact]
    public async Task A_malformed_DeadLettered_call_is_reported_and_ignored()
    {
        Record();
        Script.OnConnected = async client =>
        {
            await client.DeadLettered("nobody", Entry.At(1), 1);
            await client.DeadLettered(Entry.Alice, "x", 1);
            await client.Receive(Entry.Chat(1));
        };
        await Client.StartAsync();
        await AckedIs(1);
        Errors.Should().HaveCount(2).And.OnlyContain(e => e.Operation == WsmqClientOperation.Protocol);
    }
}
