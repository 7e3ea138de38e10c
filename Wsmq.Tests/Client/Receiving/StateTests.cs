using System.Text.Json;
using Microsoft.AspNetCore.SignalR;

namespace Wsmq.Tests.Client;

/// <summary>State of a source, which the server delivers before the log.</summary>
public sealed partial class StateTests : ClientTest
{
    private WsmqUnhandledMessagePolicy _unhandled;

    private protected override void Configure(WsmqClientOptions options) => options.UnhandledMessages = _unhandled;

    [Fact]
    public async Task State_is_handled_before_the_log_and_acknowledged_by_the_position_after_which_that_goes_on()
    {
        Record();
        RecordComplete();
        Script.OnConnected = async client =>
        {
            await client.State(Entry.Alice, [Kept(1), Kept(3)], null);
            await client.State(Entry.Alice, [Kept(4)], Entry.At(5));
            await client.Receive(Entry.Chat(6));
        };
        await Client.StartAsync();

        await HandledAre("1", "3", "4", "complete 5 3", "6");
        await AckedIs(6);
        Script.Acks.Should().OnlyContain(a => a.Position == Entry.At(5) || a.Position == Entry.At(6));
        Script.StateQueries.Should().Equal("true");
        Script.Resumes.Should().BeEmpty();
        Errors.Should().BeEmpty();
    }

    [Fact]
    public async Task A_message_says_that_it_is_state_and_of_which_key()
    {
        var seen = new List<WsmqMessage<Line>>();
        Client.On<Line>((message, _) =>
        {
            seen.Add(message);
            return Task.CompletedTask;
        });
        Script.OnConnected = async client =>
        {
            await client.State(Entry.Alice, [Kept(1)], Entry.At(1));
            await client.Receive(Kept(2) with { Previous = Entry.At(1) });
            await client.Receive(Entry.Chat(3));
        };
        await Client.StartAsync();

        await AckedIs(3);
        seen.Select(m => (m.StateKey, m.IsState, m.RemovesState)).Should().Equal(("key 1", true, false), ("key 2", false, false), (null, false, false));
    }

    [Fact]
    public async Task State_without_messages_is_complete_and_acknowledged_even_at_the_start_of_a_log()
    {
        RecordComplete();
        Script.OnConnected = client => client.State(Entry.Alice, [], Entry.At(0));
        await Client.StartAsync();

        await HandledAre("complete 0 0");
        await AckedIs(0);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(1)]
    public async Task The_ack_of_state_is_sent_although_the_cursor_is_there_or_further_and_the_position_does_not_go_back(long through)
    {
        Record();
        Script.OnConnected = Entry.Chats(1, 2);
        await Client.StartAsync();
        await AckedIs(2);
        var acks = Script.Acks.Count;

        await Server.Everyone.State(Entry.Alice, [], Entry.At(through));

        await Eventually.That("it is acknowledged", () => Script.Acks.Skip(acks).Any(a => a.Position == Entry.At(through)));
        await Server.Everyone.Receive(Entry.Chat(3));
        await HandledAre("1", "2", "3");
        await AckedIs(3);
        Script.Resumes.Should().BeEmpty();
    }

    [Fact]
    public async Task A_part_of_a_state_is_forgotten_with_its_connection()
    {
        Record();
        RecordComplete();
        Script.OnConnected = client => client.State(Entry.Alice, [Kept(1)], null);
        await Client.StartAsync();
        Script.OnConnected = client => client.State(Entry.Alice, [Kept(2)], Entry.At(2));
        await Script.AbortAllAsync();

        await HandledAre("2", "complete 2 1");
        await AckedIs(2);
    }

    [Fact]
    public async Task A_state_that_begins_again_replaces_the_part_before()
    {
        Record();
        RecordComplete();
        Script.OnConnected = async client =>
        {
            await client.State(Entry.Alice, [Kept(3), Kept(4)], null);
            await client.State(Entry.Group, [Kept(3, Entry.Group)], null);
            await client.State(Entry.Alice, [Kept(1)], null);
            await client.State(Entry.Alice, [Kept(4)], Entry.At(4));
        };
        await Client.StartAsync();

        await HandledAre("1", "4", "complete 4 2");
    }

    [Fact]
    public async Task A_state_that_is_repeated_because_its_ack_was_lost_is_not_handled_again_but_acknowledged_again()
    {
        Record();
        Script.OnConnected = client => client.State(Entry.Alice, [Kept(1), Kept(3)], Entry.At(5));
        await Client.StartAsync();
        await AckedIs(5);
        var acks = Script.Acks.Count;

        await Script.AbortAllAsync();

        await Eventually.That("it is acknowledged again", () => Script.Acks.Skip(acks).Any(a => a.Position == Entry.At(5)));
        Handled.Should().Equal("1", "3");
    }

    [Fact]
    public async Task A_failing_message_of_a_state_is_tried_again_before_the_next_and_neither_nacked_nor_acknowledged()
    {
        var fails = 2;
        Client.On<Line>((message, _) =>
        {
            if (message.Body.Text == "1" && fails-- > 0)
                throw new InvalidOperationException("not yet");
            Handled.Enqueue(message.Body.Text);
            return Task.CompletedTask;
        });
        Script.OnConnected = async client =>
        {
            await client.State(Entry.Alice, [Kept(1), Kept(3)], Entry.At(5));
            await client.Receive(Entry.Chat(6));
        };
        await Client.StartAsync();

        await HandledAre("1", "3", "6");
        await AckedIs(6);
        Errors.Should().HaveCount(2).And.OnlyContain(e => e.Operation == WsmqClientOperation.Handle && e.Delivery!.Position == Entry.At(1));
        Script.Nacks.Should().BeEmpty();
        Script.Acks.Should().OnlyContain(a => a.Position == Entry.At(5) || a.Position == Entry.At(6));
    }

    [Fact]
    public async Task A_message_of_a_state_that_always_fails_is_left_out_after_20_attempts()
    {
        RecordComplete();
        Client.On<Line>((message, _) =>
        {
            if (message.Body.Text == "1")
                throw new InvalidOperationException("never");
            Handled.Enqueue(message.Body.Text);
            return Task.CompletedTask;
        });
        Script.OnConnected = client => client.State(Entry.Alice, [Kept(1), Kept(3)], Entry.At(5));
        await Client.StartAsync();

        await HandledAre("3", "complete 5 2");
        await AckedIs(5);
        Errors.Should().HaveCount(20).And.OnlyContain(e => e.Operation == WsmqClientOperation.Handle);
        Script.Nacks.Should().BeEmpty();
    }

    [Theory]
    [InlineData(WsmqUnhandledMessagePolicy.DeadLetter)]
    [InlineData(WsmqUnhandledMessagePolicy.Acknowledge)]
    public async Task A_message_of_a_state_without_a_handler_is_reported_where_others_are_and_left_out(WsmqUnhandledMessagePolicy policy)
    {
        _unhandled = policy;
        await using var client = NewClient(Server.Url);
        client.On<Line>((message, _) =>
        {
            Handled.Enqueue(message.Body.Text);
            return Task.CompletedTask;
        });
        Script.OnConnected = caller => caller.State(Entry.Alice, [Entry.Raw(1, "other", "1") with { StateKey = "k" }, Kept(3)], Entry.At(5));
        await client.StartAsync();

        await HandledAre("3");
        await AckedIs(5);
        Errors.Select(e => (e.Operation, e.Delivery!.Position)).Should().Equal(
            policy == WsmqUnhandledMessagePolicy.DeadLetter ? new[] { (WsmqClientOperation.FindHandler, Entry.At(1)) } : []);
        Script.Nacks.Should().BeEmpty();
    }

    [Fact]
    public async Task State_before_a_gap_is_handled_before_the_gap_is_raised()
    {
        Record();
        RecordComplete();
        Client.Gap += (_, gap) => Handled.Enqueue($"gap {gap.After.Value} {gap.Before.Value}");
        Script.OnConnected = async client =>
        {
            await client.Receive(Entry.Chat(5));
            await client.State(Entry.Alice, [Kept(7), Kept(8)], Entry.At(5));
            await client.Gap(Entry.Alice, Entry.At(5), Entry.At(9), WsmqGapReasons.Retention);
            await client.Receive(Entry.Chat(9));
        };
        await Client.StartAsync();

        await HandledAre("5", "7", "8", "complete 5 2", "gap 5 9", "9");
        await AckedIs(9);
        Script.Resumes.Should().BeEmpty();
    }

    [Fact]
    public async Task A_resume_from_the_start_delivers_the_state_again_and_then_the_log()
    {
        Record();
        RecordComplete();
        Script.OnConnected = Entry.Chats(7, 8);
        await Client.StartAsync();
        await AckedIs(8);
        Script.OnResume = async (_, _, client) =>
        {
            await client.State(Entry.Alice, [Kept(2)], Entry.At(0));
            await client.Gap(Entry.Alice, Entry.At(0), Entry.At(8), WsmqGapReasons.Retention);
            await client.Receive(Entry.Chat(8));
        };

        await Client.ResumeAsync(WsmqAddress.User("alice"), WsmqPosition.Start);

        await HandledAre("7", "8", "2", "complete 0 1", "8");
        await AckedIs(8);
    }

    [Fact]
    public async Task What_a_snapshot_covers_of_a_state_is_skipped()
    {
        Record();
        RecordComplete();
        Client.Snapshot(WsmqAddress.User("alice"), _ => Task.FromResult(new WsmqPosition(4)));
        Script.OnResume = (_, _, client) => client.State(Entry.Alice, [Kept(3), Kept(5)], Entry.At(4));
        await Client.StartAsync();

        await HandledAre("5", "complete 4 1");
        await AckedIs(4);
    }

    [Fact]
    public async Task A_malformed_state_is_reported_and_ignored()
    {
        Record();
        Script.OnConnected = async client =>
        {
            await client.State("nobody", [], Entry.At(1));
            await client.State(Entry.Alice, [], "x");
            await client.State(Entry.Alice, [Kept(1, Entry.Group)], Entry.At(1));
            await client.State(Entry.Alice, [Kept(1) with { Position = "1" }], Entry.At(1));
            await client.Receive(Entry.Chat(1));
        };
        await Client.StartAsync();

        await HandledAre("1");
        await AckedIs(1);
        Errors.Should().HaveCount(4).And.OnlyContain(e => e.Operation == WsmqClientOperation.Protocol);
    }

    [Fact]
    public async Task An_ack_of_state_that_fails_is_repeated()
    {
        var calls = 0;
        Script.OnAck = (_, _) => Interlocked.Increment(ref calls) < 4 ? throw new HubException(WsmqErrors.StoreUnavailable.ToString()) : Task.CompletedTask;
        Script.OnConnected = client => client.State(Entry.Alice, [], Entry.At(0));
        await Client.StartAsync();

        await Eventually.That("the ack is repeated", () => Volatile.Read(ref calls) == 4);
        Script.Acks.Should().OnlyContain(a => a.Position == Entry.At(0));
        Errors.Should().BeEmpty();
    }

    private void RecordComplete() =>
        Client.StateComplete += (_, e) => Handled.Enqueue($"complete {e.Position.Value} {e.Count}");

    private static WsmqDelivery Kept(long position, string source = Entry.Alice) =>
        Entry.Chat(position, source, previous: 0) with { StateKey = $"key {position}" };

    private static WsmqDelivery Removal(long position) =>
        Entry.Chat(position) with { Type = null, Body = null, StateKey = $"key {position}", RemoveState = true };
}
