namespace Wsmq.Tests.Client;

public sealed class DeliveryTests : ClientTest
{
    private const int Buffer = 10;

    private protected override void Configure(WsmqClientOptions options) => options.MaxBufferedDeliveries = Buffer;

    [Fact]
    public async Task A_message_redelivered_after_a_reconnect_is_not_handled_again_but_is_acknowledged_again()
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
    public async Task A_redelivery_of_only_handled_messages_is_acknowledged_again()
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
    public async Task A_message_redelivered_while_it_waits_for_its_handler_is_handled_once()
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
        await Eventually.That("the client has reconnected", () => Script.Accepted == 2 && Client.State == WsmqClientState.Connected);
        leave.SetResult();
        await AckedIs(3);
        Handled.Should().Equal("1", "2", "3");
    }

    [Fact]
    public async Task A_gap_is_raised_in_its_place_between_messages_and_delivery_continues()
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
    public async Task A_missing_range_without_a_gap_is_requested_with_Resume()
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
    public async Task A_missing_range_before_an_announced_gap_is_requested_with_Resume()
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
    public async Task A_range_that_is_still_missing_after_three_resumes_is_raised_as_a_gap()
    {
        Record();
        Script.OnConnected = Entry.Chats(1, 4);
        Script.OnResume = (_, _, client) => client.Receive(Entry.Chat(4));
        await Client.StartAsync();
        // Deliveries in addition to those that the resumes cause: timing decides which of them arrive while a resume is still pending.
        await Eventually.That("delivery continues", async () =>
        {
            await Server.Everyone.Receive(Entry.Chat(4));
            return Handled.Contains("4");
        });
        // One more where the first deliveries arrive before the connection counts as connected: the count restarts then.
        Script.Resumes.Count.Should().BeInRange(3, 4);
        var gap = Gaps.Should().ContainSingle().Subject;
        (gap.After.Value, gap.Before.Value, gap.Reason).Should().Be((1, 4, WsmqGapReasons.Lost));
        Handled.Should().Equal("1", "4");
    }

    [Fact]
    public async Task A_refused_resume_is_reported_and_a_gap_is_raised()
    {
        Record();
        Script.OnConnected = Entry.Chats(1, 4);
        Script.OnResume = (_, _, _) => throw new Microsoft.AspNetCore.SignalR.HubException(WsmqErrors.ReadNotAllowed.ToString());
        await Client.StartAsync();
        await Eventually.That("delivery continues", async () =>
        {
            await Server.Everyone.Receive(Entry.Chat(4));
            return Handled.Contains("4");
        });
        Errors.Should().Contain(e => e.Operation == WsmqClientOperation.Resume && ((WsmqException)e.Exception).Error == WsmqErrors.ReadNotAllowed);
        Gaps.Should().ContainSingle();
    }

    [Fact]
    public async Task A_snapshot_whose_position_the_log_has_not_issued_is_loaded_again_and_not_acknowledged()
    {
        Record();
        var positions = new Queue<long>([90, 95, 2]);
        Client.Snapshot(WsmqAddress.Parse(Entry.Alice), _ => Task.FromResult(new WsmqPosition(positions.Dequeue())));
        Script.OnResume = (_, after, client) => after == Entry.At(2)
            ? Entry.Chats(3)(client)
            : throw new Microsoft.AspNetCore.SignalR.HubException(WsmqErrors.PositionBeyondTail.ToString());
        await Client.StartAsync();

        await HandledAre("3");
        await AckedIs(3);
        Script.Resumes.Select(r => r.After).Distinct().Should().Equal(Entry.At(90), Entry.At(95), Entry.At(2));
        Script.Acks.Should().OnlyContain(a => a.Position == Entry.At(2) || a.Position == Entry.At(3));
        Errors.Should().OnlyContain(e => e.Operation == WsmqClientOperation.Resume);
    }

    [Fact]
    public async Task A_snapshot_that_is_disposed_while_it_is_loaded_has_no_effect_and_the_next_one_is_loaded()
    {
        Record();
        var (begun, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        var old = Client.Snapshot(WsmqAddress.Parse(Entry.Alice), async _ =>
        {
            begun.SetResult();
            await go.Task;
            return new WsmqPosition(9);
        });
        Script.OnConnected = Entry.Chats(1, 2, 3);
        Script.OnResume = (_, _, client) => Entry.Chats(3, 4)(client);
        await Client.StartAsync();
        await begun.Task;
        old.Dispose();
        Client.Snapshot(WsmqAddress.Parse(Entry.Alice), _ => Task.FromResult(new WsmqPosition(2)));
        old.Dispose();
        go.SetResult();

        await HandledAre("3", "4");
        await AckedIs(4);
        Script.Resumes.Distinct().Should().Equal((Entry.Alice, Entry.At(2)));
        Errors.Should().BeEmpty();
    }

    [Fact]
    public async Task A_resume_that_fails_with_a_retryable_error_is_retried()
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
    public async Task A_slow_handler_neither_overfills_the_buffer_nor_delays_other_sources_and_receives_everything_in_order()
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
        Script.Resumes.Should().BeEmpty("the buffer is still full");

        leave.SetResult();

        await AckedIs(all);
        Handled.Skip(1).Should().Equal(Enumerable.Range(1, all).Select(i => $"User {i}"));
        Gaps.Should().BeEmpty();
    }

    [Fact]
    public async Task An_ack_that_fails_with_a_retryable_error_is_retried()
    {
        Record();
        var calls = 0;
        Script.OnAck = (_, _) => Interlocked.Increment(ref calls) < 4
            ? throw new Microsoft.AspNetCore.SignalR.HubException(WsmqErrors.StoreUnavailable.ToString())
            : Task.CompletedTask;
        Script.OnConnected = Entry.Chats(1);
        await Client.StartAsync();
        await Eventually.That("the ack is retried", () => Volatile.Read(ref calls) == 4);
        Script.Acks.Should().OnlyContain(a => a.Position == Entry.At(1));
        Errors.Should().BeEmpty();
    }

    [Fact]
    public async Task An_ack_that_the_server_refuses_is_reported_and_not_retried()
    {
        Record();
        Script.OnAck = (_, position) => position == Entry.At(1)
            ? throw new Microsoft.AspNetCore.SignalR.HubException(WsmqErrors.AckBeyondTail.ToString())
            : Task.CompletedTask;
        Script.OnConnected = Entry.Chats(1);
        await Client.StartAsync();
        await Eventually.That("it is reported", () => Errors.Any(e => e.Operation == WsmqClientOperation.Ack));
        await Server.Everyone.Receive(Entry.Chat(2));
        await AckedIs(2);
        Script.Acks.Should().HaveCount(2);
    }

    [Fact]
    public async Task An_app_that_stores_its_own_position_resumes_from_it_at_every_connect()
    {
        Record();
        await Client.ResumeAsync(WsmqAddress.User("alice"), new WsmqPosition(2));
        Script.OnConnected = Entry.Chats(1, 2);
        Script.OnResume = (_, _, client) => client.Receive(Entry.Chat(3));
        await Client.StartAsync();
        await HandledAre("3");
        Script.AbortAll();
        await Eventually.That("the client has resumed again", () => Script.Resumes.Count == 2);
        Script.Resumes.Should().Equal((Entry.Alice, Entry.At(2)), (Entry.Alice, Entry.At(3)));
        Handled.Should().Equal("3");
    }

    [Fact]
    public async Task Resuming_from_an_earlier_position_delivers_messages_again()
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
    public async Task A_refused_call_of_ResumeAsync_throws_to_the_app()
    {
        await Client.StartAsync();
        Script.OnResume = (_, _, _) => throw new Microsoft.AspNetCore.SignalR.HubException(WsmqErrors.PositionBeyondTail.ToString());
        var resume = () => Client.ResumeAsync(WsmqAddress.User("alice"), new WsmqPosition(9));
        (await resume.Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(WsmqErrors.PositionBeyondTail);
    }
}
