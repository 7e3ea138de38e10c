using System.Collections.Concurrent;
using Wsmq.Server.Stores;

namespace Wsmq.Tests.Stores;

// Acks that pass very many tracked entries, and the devices of members of a group.
public abstract partial class StoreContract
{
    [Fact]
    public async Task An_ack_over_ten_thousand_tracked_entries_marks_all_of_them_in_steps_of_a_bounded_size()
    {
        const int Count = 10_000;
        await using var h = await CreateAsync();
        await h.OpenAsync("bob", "phone");
        var p = await AddTrackedAsync(h, Bob, Count);
        var steps = new ConcurrentQueue<int>();
        h.Store.Tracking.Changed += some => steps.Enqueue(some.Count);
        await DeliverAsync(h, Bob, "phone", p);
        var delivering = steps.Count;

        (await h.AckAsync("bob", "phone", p[^1])).Should().Be(AckResult.Done);

        steps.Should().OnlyContain(s => s <= ITrackingStore.MostAtOnce);
        steps.Take(delivering).Sum().Should().Be(Count);
        steps.Skip(delivering).Sum().Should().Be(Count);
        (await h.OpenAsync("bob", "phone")).Should().Be(p[^1]);
        foreach (var position in p.Where((_, i) => i % ITrackingStore.MostAtOnce is 0 or ITrackingStore.MostAtOnce - 1).Append(p[^1]))
            (await RecordAsync(h, Bob, position)).Should().BeEquivalentTo(new { Delivered = 1, Acknowledged = 1 });
    }

    [Theory]
    [InlineData("user:bob")]
    [InlineData("group:team")]
    public async Task An_ack_that_ends_between_two_steps_has_acknowledged_what_its_cursor_has_passed_and_the_next_one_does_the_rest(string address)
    {
        var to = WsmqAddress.Parse(address);
        await using var h = await CreateAsync();
        await h.OpenAsync("bob", "phone");
        await h.Store.Memberships.AddAsync("team", "bob", default);
        var p = await AddTrackedAsync(h, to, (2 * ITrackingStore.MostAtOnce) + 1);
        using var killed = new CancellationTokenSource();
        h.Store.Tracking.Changed += _ => killed.Cancel();

        var acking = () => h.Log.AckAsync([new AckRequest(to, "bob", "phone", p[^1])], killed.Token);

        await acking.Should().ThrowAsync<OperationCanceledException>();
        var cursor = (await h.Log.OpenCursorAsync(to, "bob", "phone", default)).Position;
        cursor.Should().Be(p[ITrackingStore.MostAtOnce - 1]);
        await AcknowledgedAsync(cursor);
        (await h.AckAsync(to, "bob", "phone", p[^1])).Should().Be(AckResult.Done);
        await AcknowledgedAsync(p[^1]);

        async Task AcknowledgedAsync(WsmqPosition through)
        {
            foreach (var position in p)
                (await RecordAsync(h, to, position)).Acknowledged.Should().Be(position <= through ? 1 : 0);
        }
    }

    [Fact]
    public async Task Acks_that_pass_many_tracked_entries_share_their_steps_with_others_and_each_has_its_result()
    {
        await using var h = await CreateAsync();
        await h.OpenAsync("bob", "phone");
        await h.OpenAsync("bob", "tablet");
        await h.Store.Memberships.AddAsync("team", "bob", default);
        var p = await AddTrackedAsync(h, Bob, ITrackingStore.MostAtOnce + 50);
        var inTeam = await AddTrackedAsync(h, Team, ITrackingStore.MostAtOnce + 50);
        var steps = new ConcurrentQueue<int>();
        h.Store.Tracking.Changed += some => steps.Enqueue(some.Count);

        var results = await h.Log.AckAsync(
            [
                new AckRequest(Bob, "bob", "phone", p[^1]), new AckRequest(Team, "bob", "phone", inTeam[^1]), new AckRequest(Bob, "bob", "gone", p[^1]),
                new AckRequest(Bob, "bob", "tablet", p[^1]), new AckRequest(Bob, "bob", "phone", StoreHarness.Beyond(p[^1])),
            ],
            default);

        results.Should().Equal(AckResult.Done, AckResult.Done, AckResult.NoReader, AckResult.Done, AckResult.BeyondTail);
        steps.Should().OnlyContain(s => s <= ITrackingStore.MostAtOnce);
        foreach (var position in p)
            (await RecordAsync(h, Bob, position)).Acknowledged.Should().Be(2);
        foreach (var position in inTeam)
            (await RecordAsync(h, Team, position)).Acknowledged.Should().Be(1);
    }

    [Fact]
    public async Task What_was_skipped_for_one_device_of_a_member_is_acknowledged_by_another_device_alone()
    {
        await using var h = await CreateAsync();
        await h.Store.Memberships.AddAsync("team", "bob", default);
        var p = (await h.AppendAsync([.. Enumerable.Range(0, 4).Select(i => Tracked(Team, $"{i}"))])).Select(r => r.Position).ToArray();
        await MarkAsync("desk", true, p[0], p[1], p[3]);
        await MarkAsync("phone", true, p[1]);
        await MarkAsync("phone", false, p[0], p[2]);
        await MarkAsync("desk", false, p[2], p[3]);

        await h.AckAsync(Team, "bob", "desk", p[3]);

        (await MemberAsync(p[0])).Should().BeEquivalentTo(new { DeliveredAt = 1L, AcknowledgedAt = 0L, End = TrackedEnd.None });
        (await MemberAsync(p[1])).Should().BeEquivalentTo(new { DeliveredAt = 0L, AcknowledgedAt = 0L, End = TrackedEnd.Skipped });
        foreach (var position in p[2..])
            (await RecordAsync(h, Team, position)).Acknowledged.Should().Be(1, "it was delivered to the device, the last one after it was skipped");

        await h.AckAsync(Team, "bob", "phone", p[3]);

        (await RecordAsync(h, Team, p[0])).Should().BeEquivalentTo(new { Delivered = 1, Acknowledged = 1 });
        (await RecordAsync(h, Team, p[1])).Should().BeEquivalentTo(new { Delivered = 0, Acknowledged = 0 });
        (await RecordAsync(h, Team, p[2])).Acknowledged.Should().Be(1);

        Task MarkAsync(string device, bool isSkipped, params WsmqPosition[] positions) => h.Store.Tracking.DeliveredAsync(
            [.. positions.Select(at => new TrackedDelivery(Team, at, "bob", 1, isSkipped, device))], default);
        async Task<TrackedReader> MemberAsync(WsmqPosition position) =>
            (await h.Store.Tracking.ReadersAsync(Team, position, null, null, default))!.Single();
    }

    private static async Task<WsmqPosition[]> AddTrackedAsync(StoreHarness h, WsmqAddress to, int count)
    {
        var positions = new List<WsmqPosition>(count);
        foreach (var part in Enumerable.Range(0, count).Chunk(500))
            positions.AddRange((await h.AppendAsync([.. part.Select(i => Tracked(to, $"{to}{i}"))])).Select(r => r.Position));
        return [.. positions];
    }
}
