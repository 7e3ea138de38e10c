using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Time.Testing;

namespace Wsmq.Tests.Client;

/// <summary>When acks are sent, on a fake clock that only the test advances.</summary>
public sealed class AckTests : ClientTest
{
    private static readonly TimeSpan Interval = new WsmqClientOptions().AckInterval;
    private static readonly TimeSpan Lull = Interval / 8;

    private readonly FakeTimeProvider _time = new();
    private TimeSpan _passed;

    private protected override void Configure(WsmqClientOptions options) => (options.TimeProvider, options.AckInterval) = (_time, Interval);

    [Fact]
    public async Task The_first_ack_after_a_pause_is_sent_at_once_and_later_acks_once_per_interval()
    {
        Record();
        await Client.StartAsync();
        await ReceiveAsync(1, 1);
        await AckedIs(1);

        await ReceiveAsync(2, 8);
        await NothingIsAckedEarlyAsync();
        await AckedAfterAsync(Interval, 8);

        await ReceiveAsync(9, 15);
        await NothingIsAckedEarlyAsync();
        await AckedAfterAsync(Interval, 15);

        Pass(Interval);
        await ReceiveAsync(16, 16);
        await AckedIs(16);
        await NothingIsAckedEarlyAsync();
    }

    private void Pass(TimeSpan time)
    {
        _passed += time;
        _time.Advance(time);
    }

    /// <summary>A time, and more while the client has not noticed it: it may have begun to wait, or to count the last message, late.</summary>
    private async Task AckedAfterAsync(TimeSpan time, long position)
    {
        Pass(time);
        await Eventually.That($"acknowledged up to {position}", () =>
        {
            if (Script.LastAck(Entry.Alice) == Entry.At(position))
                return true;
            Pass(TimeSpan.FromMilliseconds(1));
            return false;
        });
    }

    /// <summary>After a round trip, see below: at most one ack, and one for each interval that has passed.</summary>
    private async Task NothingIsAckedEarlyAsync()
    {
        await Client.SendAsync(Chat("a round trip"));
        Script.Acks.Count.Should().BeLessThanOrEqualTo(1 + (int)(_passed / Interval));
    }

    [Fact]
    public async Task Half_of_the_in_flight_window_is_acknowledged_without_waiting_for_the_interval()
    {
        Record();
        await Client.StartAsync();
        await ReceiveAsync(1, 1);
        await AckedIs(1);
        await ReceiveAsync(2, 128);
        await NothingMoreIsAckedAsync(1);
        await ReceiveAsync(129, 129);
        await AckedIs(129);
        Script.Acks.Should().HaveCount(2);
    }

    [Fact]
    public async Task A_sixteenth_of_that_is_acknowledged_once_no_more_messages_arrive_because_the_servers_window_may_be_smaller()
    {
        Record();
        await Client.StartAsync();
        await ReceiveAsync(1, 1);
        await AckedIs(1);

        await ReceiveAsync(2, 8);
        Pass(Lull);
        await NothingMoreIsAckedAsync(1);
        await ReceiveAsync(9, 9);
        Pass(Lull - TimeSpan.FromMilliseconds(20));
        await ReceiveAsync(10, 10);
        Pass(Lull - TimeSpan.FromMilliseconds(20));
        await NothingMoreIsAckedAsync(1);

        await AckedAfterAsync(TimeSpan.FromMilliseconds(20), 10);
        _passed.Should().BeLessThan(Interval);
    }

    [Fact]
    public async Task A_quarter_of_the_window_of_the_connection_is_acknowledged_even_if_it_is_of_many_sources()
    {
        Record();
        await Client.StartAsync();
        var sources = Enumerable.Range(0, 32).Select(g => $"user:{g}").ToArray();
        foreach (var source in sources)
            await Server.Everyone.Receive(Entry.Chat(1, source));
        foreach (var source in sources)
            await AckedIs(1, source);

        for (var position = 2; position <= 8; position++)
        {
            await NothingMoreIsAckedAsync(sources.Length);
            foreach (var source in sources)
                await Server.Everyone.Receive(Entry.Chat(position, source));
        }

        foreach (var source in sources)
            await AckedIs(8, source);
    }

    [Fact]
    public async Task Acks_of_groups_are_spread_over_the_interval_because_all_members_get_a_message_at_the_same_moment()
    {
        Record();
        await Client.StartAsync();
        for (var g = 0; g < 32; g++)
            await Server.Everyone.Receive(Entry.Chat(1, $"group:{g}"));
        await Eventually.That("all are handled", () => Handled.Count == 32);

        var half = await AckedGroupsAsync(Interval / 2);
        half.Should().BeInRange(1, 31);
        (await AckedGroupsAsync(Interval / 2)).Should().BeGreaterThan(half);
    }

    /// <summary>The number of groups that are acknowledged after a further time.</summary>
    private async Task<int> AckedGroupsAsync(TimeSpan time)
    {
        for (var i = 0; i < 25; i++)
        {
            Pass(time / 25);
            await Client.SendAsync(Chat("a round trip"));
        }

        return Script.Acks.Select(a => a.Source).Distinct().Count();
    }

    [Fact]
    public async Task Acks_of_one_source_do_not_wait_for_acks_of_another()
    {
        Record();
        await Client.StartAsync();
        await ReceiveAsync(1, 1);
        await AckedIs(1);
        await ReceiveAsync(2, 2);
        await Server.Everyone.Receive(Entry.Chat(1, "user:other"));
        await AckedIs(1, "user:other");
        Script.LastAck(Entry.Alice).Should().Be(Entry.At(1));
    }

    [Fact]
    public async Task Stopping_or_reconnecting_sends_pending_acks_without_waiting_for_the_interval()
    {
        Record();
        await Client.StartAsync();
        await ReceiveAsync(1, 1);
        await AckedIs(1);
        await ReceiveAsync(2, 3);
        await NothingMoreIsAckedAsync(1);
        await Script.AbortAllAsync();
        await Eventually.That("the client has reconnected", () =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(1));
            return Script.LastAck(Entry.Alice) == Entry.At(3);
        });

        await Server.Everyone.Receive(Entry.Chat(4));
        await Eventually.That("4 is handled", () => Handled.Contains("4"));
        await Client.StopAsync();
        Script.LastAck(Entry.Alice).Should().Be(Entry.At(4));
    }

    [Fact]
    public async Task What_is_read_again_after_a_resume_is_acknowledged_again_because_it_fills_the_servers_window()
    {
        Record();
        await Client.StartAsync();
        await ReceiveAsync(1, 300);
        await AckedAfterAsync(Interval, 300);
        var acks = Script.Acks.Count;

        await Client.ResumeAsync(WsmqAddress.User("alice"), WsmqPosition.Start);
        Handled.Clear();
        await ReceiveAsync(1, 257);
        await Eventually.That("most are acknowledged", () => Script.Acks.Skip(acks).Any(a => WsmqPosition.Parse(a.Position).Value is >= 128 and <= 257));

        await ReceiveAsync(258, 301);
        await AckedAfterAsync(Interval, 301);
        Errors.Should().BeEmpty();
    }

    [Fact]
    public async Task A_failed_ack_is_retried_after_its_back_off_however_many_messages_are_handled_meanwhile()
    {
        Record();
        var fail = true;
        Script.OnAck = (_, _) => Volatile.Read(ref fail) ? throw new HubException(WsmqErrors.StoreUnavailable.ToString()) : Task.CompletedTask;
        await Client.StartAsync();
        await ReceiveAsync(1, 1);
        await Eventually.That("the ack was tried", () => Script.Acks.Count == 1);
        await Client.SendAsync(Chat("a round trip, so that the answer is there"));
        Volatile.Write(ref fail, false);
        await ReceiveAsync(2, 30);
        await Eventually.That("the last is acknowledged", () =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(5));
            return Script.LastAck(Entry.Alice) == Entry.At(30);
        });
        Script.Acks.Count.Should().BeLessThan(5);
        Errors.Should().BeEmpty();
    }

    private async Task ReceiveAsync(long first, long last)
    {
        for (var position = first; position <= last; position++)
            await Server.Everyone.Receive(Entry.Chat(position));
        await Eventually.That($"{last} is handled", () => Handled.Contains($"{last}"));
    }

    /// <summary>Sends a message: an ack that was sent before it would have arrived before its receipt.</summary>
    private async Task NothingMoreIsAckedAsync(int acks)
    {
        await Client.SendAsync(Chat("a round trip"));
        Script.Acks.Should().HaveCount(acks);
    }
}
