namespace Wsmq.Tests.Client;

public sealed class DeliveryTests : ClientTest
{
    private const int Buffer = 10;

    private protected override void Configure(WsmqClientOptions options) => options.BufferCapacity = Buffer;

    [Fact]
    public async Task What_comes_again_after_a_reconnect_is_not_handled_again_but_acknowledged_again()
    {
        Record();
        Script.OnConnected = Entry.Chats(1, 2);
        await Client.StartAsync();
        await AckedIs(2);
        var acks = Script.Acks.Count;
        // The server has lost the ack of 2.
        Script.OnConnected = Entry.Chats(2, 3);

        Script.AbortAll();

        await HandledAre("1", "2", "3");
        await AckedIs(3);
        Script.Acks.Skip(acks).Should().OnlyContain(a => a.Source == Entry.Alice);
        Script.Resumes.Should().BeEmpty();
    }

    [Fact]
    public async Task A_repeat_of_what_was_handled_alone_is_acknowledged_again()
    {
        Record();
        Script.OnConnected = Entry.Chats(1, 2);
        await Client.StartAsync();
        await AckedIs(2);
        var acks = Script.Acks.Count;

        Script.AbortAll();

        await Eventually.That("2 is acknowledged again", () => Script.Acks.Skip(acks).Any(a => a.Position == Entry.At(2)));
        Handled.Should().Equal("1", "2");
    }

    [Fact]
    public async Task What_still_waits_for_its_handler_when_it_comes_again_is_handled_once()
    {
        var leave = new TaskCompletionSource();
        Client.On<Line>(async (message, ct) =>
        {
            await leave.Task.WaitAsync(ct);
            Handled.Enqueue(message.Body.Text);
        });
        Script.OnConnected = Entry.Chats(1, 2, 3);
        await Client.StartAsync();
        await Script.AbortAllAsync();
        await Eventually.That("it is connected again", () => Script.Accepted == 2 && Client.State == WsmqClientState.Connected);
        leave.SetResult();
        await AckedIs(3);
        Handled.Should().Equal("1", "2", "3");
    }

    [Fact]
    public async Task A_gap_is_raised_between_its_neighbours_and_delivery_goes_on()
    {
        Record();
        Client.Gap += (_, gap) => Handled.Enqueue($"gap {gap.After.Value} {gap.Before.Value} {gap.Reason}");
        Script.OnConnected = async client =>
        {
            await client.Receive(Entry.Chat(1));
            await client.Gap(Entry.Alice, Entry.At(1), Entry.At(8), WsmqGapReasons.Retention);
            await client.Gap(Entry.Alice, Entry.At(1), Entry.At(8), WsmqGapReasons.Retention);
            await client.Receive(Entry.Chat(8, previous: 6));
        };
        await Client.StartAsync();
        await HandledAre("1", "gap 1 8 retention", "8");
        await AckedIs(8);
        Script.Resumes.Should().BeEmpty();
    }

    [Fact]
    public async Task A_range_that_is_missing_without_a_gap_is_asked_for()
    {
        Record();
        Script.OnConnected = Entry.Chats(1, 4, 5);
        Script.OnResume = (_, after, client) => Entry.Chats(2, 3, 4, 5)(client);
        await Client.StartAsync();
        await HandledAre("1", "2", "3", "4", "5");
        await AckedIs(5);
        Script.Resumes.Distinct().Should().Equal((Entry.Alice, Entry.At(1)));
        Gaps.Should().BeEmpty();
    }

    [Fact]
    public async Task A_gap_that_hides_more_than_it_announces_is_no_excuse()
    {
        Record();
        Script.OnConnected = async client =>
        {
            await client.Receive(Entry.Chat(1));
            await client.Gap(Entry.Alice, Entry.At(3), Entry.At(6), WsmqGapReasons.Retention);
        };
        Script.OnResume = async (_, _, client) =>
        {
            await Entry.Chats(2, 3)(client);
            await client.Gap(Entry.Alice, Entry.At(3), Entry.At(6), WsmqGapReasons.Retention);
            await client.Receive(Entry.Chat(6));
        };
        await Client.StartAsync();
        await HandledAre("1", "2", "3", "6");
        Gaps.Should().ContainSingle().Which.After.Should().Be(new WsmqPosition(3));
    }

    [Fact]
    public async Task A_server_that_cannot_bring_what_is_missing_is_asked_three_times_and_then_the_gap_is_announced()
    {
        Record();
        Script.OnConnected = Entry.Chats(1, 4);
        Script.OnResume = (_, _, client) => client.Receive(Entry.Chat(4));
        await Client.StartAsync();
        // One delivery more than the asks make: which of them meets a question that is still open is up to timing.
        await Eventually.That("it goes on", async () =>
        {
            await Server.Everyone.Receive(Entry.Chat(4));
            return Handled.Contains("4");
        });
        // The count starts anew where the connection counts as up only after its first deliveries have come: one more then.
        Script.Resumes.Count.Should().BeInRange(3, 4);
        var gap = Gaps.Should().ContainSingle().Subject;
        (gap.After.Value, gap.Before.Value, gap.Reason).Should().Be((1, 4, WsmqGapReasons.Lost));
        Handled.Should().Equal("1", "4");
    }

    [Fact]
    public async Task A_refused_resume_is_reported_and_the_gap_announced()
    {
        Record();
        Script.OnConnected = Entry.Chats(1, 4);
        Script.OnResume = (_, _, _) => throw new Microsoft.AspNetCore.SignalR.HubException(WsmqErrors.ReadNotAllowed.ToString());
        await Client.StartAsync();
        await Eventually.That("it goes on", async () =>
        {
            await Server.Everyone.Receive(Entry.Chat(4));
            return Handled.Contains("4");
        });
        Errors.Should().Contain(e => e.Operation == WsmqOperation.Resume && ((WsmqException)e.Exception).Error == WsmqErrors.ReadNotAllowed);
        Gaps.Should().ContainSingle();
    }

    [Fact]
    public async Task A_resume_that_can_be_repeated_is_repeated()
    {
        Record();
        var asked = 0;
        Script.OnConnected = Entry.Chats(1, 3);
        Script.OnResume = (_, _, client) => ++asked < 3
            ? throw new Microsoft.AspNetCore.SignalR.HubException(WsmqErrors.StoreUnavailable.ToString())
            : Entry.Chats(2, 3)(client);
        await Client.StartAsync();
        await HandledAre("1", "2", "3");
        Errors.Should().BeEmpty();
    }

    [Fact]
    public async Task A_slow_handler_holds_up_neither_memory_nor_other_sources_and_gets_everything_in_order()
    {
        const int all = 500;
        var leave = new TaskCompletionSource();
        Client.On<Line>(async (message, ct) =>
        {
            if (message.Source.Kind == WsmqAddressKind.User)
                await leave.Task.WaitAsync(ct);
            Handled.Enqueue($"{message.Source.Kind} {message.Body.Text}");
        });
        Script.OnConnected = async client =>
        {
            await Entry.Chats([.. Enumerable.Range(1, all).Select(i => (long)i)])(client);
            await client.Receive(Entry.Chat(1, Entry.Group));
        };
        Script.OnResume = (_, after, client) => Entry.Chats(
            [.. Enumerable.Range(1, all).Select(i => (long)i).Where(i => i > WsmqPosition.Parse(after).Value)])(client);
        await Client.StartAsync();
        await HandledAre("Group 1");
        Script.Resumes.Should().BeEmpty("there is no room yet");

        leave.SetResult();

        await AckedIs(all);
        Handled.Skip(1).Should().Equal(Enumerable.Range(1, all).Select(i => $"User {i}"));
        Gaps.Should().BeEmpty();
    }

    [Fact]
    public async Task An_ack_that_the_server_cannot_store_now_is_repeated()
    {
        Record();
        var calls = 0;
        Script.OnAck = (_, _) => Interlocked.Increment(ref calls) < 4
            ? throw new Microsoft.AspNetCore.SignalR.HubException(WsmqErrors.StoreUnavailable.ToString())
            : Task.CompletedTask;
        Script.OnConnected = Entry.Chats(1);
        await Client.StartAsync();
        await Eventually.That("it is repeated", () => Volatile.Read(ref calls) == 4);
        Script.Acks.Should().OnlyContain(a => a.Position == Entry.At(1));
        Errors.Should().BeEmpty();
    }

    [Fact]
    public async Task An_ack_that_the_server_refuses_is_reported_and_not_repeated()
    {
        Record();
        Script.OnAck = (_, position) => position == Entry.At(1)
            ? throw new Microsoft.AspNetCore.SignalR.HubException(WsmqErrors.AckBeyondTail.ToString())
            : Task.CompletedTask;
        Script.OnConnected = Entry.Chats(1);
        await Client.StartAsync();
        await Eventually.That("it is reported", () => Errors.Any(e => e.Operation == WsmqOperation.Acknowledge));
        await Server.Everyone.Receive(Entry.Chat(2));
        await AckedIs(2);
        Script.Acks.Should().HaveCount(2);
    }

    [Fact]
    public async Task An_app_that_keeps_its_position_has_it_told_on_every_connect()
    {
        Record();
        await Client.ResumeAsync(WsmqAddress.User("alice"), new WsmqPosition(2));
        Script.OnConnected = Entry.Chats(1, 2);
        Script.OnResume = (_, _, client) => client.Receive(Entry.Chat(3));
        await Client.StartAsync();
        await HandledAre("3");
        Script.AbortAll();
        await Eventually.That("it is told again", () => Script.Resumes.Count == 2);
        Script.Resumes.Should().Equal((Entry.Alice, Entry.At(2)), (Entry.Alice, Entry.At(3)));
        Handled.Should().Equal("3");
    }

    [Fact]
    public async Task Resuming_backwards_hands_messages_out_again()
    {
        Record();
        Script.OnConnected = Entry.Chats(1, 2, 3);
        await Client.StartAsync();
        await HandledAre("1", "2", "3");
        Script.OnResume = (_, _, client) => Entry.Chats(2, 3)(client);
        await Client.ResumeAsync(WsmqAddress.User("alice"), new WsmqPosition(1));
        await HandledAre("1", "2", "3", "2", "3");
    }

    [Fact]
    public async Task A_refused_resume_reaches_the_app()
    {
        await Client.StartAsync();
        Script.OnResume = (_, _, _) => throw new Microsoft.AspNetCore.SignalR.HubException(WsmqErrors.PositionBeyondTail.ToString());
        var resume = () => Client.ResumeAsync(WsmqAddress.User("alice"), new WsmqPosition(9));
        (await resume.Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(WsmqErrors.PositionBeyondTail);
    }
}
