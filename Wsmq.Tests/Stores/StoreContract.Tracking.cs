using Wsmq.Server.Stores;

namespace Wsmq.Tests.Stores;

// Records of tracked messages.
public abstract partial class StoreContract
{
    private static TrackTerms Terms(string id, string sender = "user:ann") =>
        new() { Sender = sender, Id = id, Retention = TimeSpan.FromHours(1).Micros(), MaxReaders = 100, Watcher = "node" };

    private static AppendRequest Tracked(WsmqAddress to, string id, TrackTerms? terms = null, string sender = "user:ann", long life = 0) =>
        StoreHarness.Message(to, sender, id) with { Log = new LogTerms { Track = terms ?? Terms(id, sender), Life = life } };

    private static Task DeliverAsync(StoreHarness h, WsmqAddress to, string reader, params WsmqPosition[] positions) =>
        h.Store.Tracking.DeliveredAsync([.. positions.Select(p => new TrackedDelivery(to, p, reader, h.Store.Now))], default);

    private static async Task<TrackedEntry> RecordAsync(StoreHarness h, WsmqAddress to, WsmqPosition position) =>
        (await h.Store.Tracking.ReadAsync(to, position, null, null, default))!;

    [Fact]
    public async Task A_tracked_entry_has_a_record_for_its_sender_and_others_have_none()
    {
        await using var h = await CreateAsync();
        var results = await h.AppendAsync(Tracked(Bob, "a"), h.New(Bob), Tracked(Team, "a"), Tracked(Bob, "a"), Tracked(Bob, "b", sender: "user:eve"));

        var record = await h.Store.Tracking.ReadAsync(Bob, results[0].Position, "user:ann", null, default);

        record.Should().BeEquivalentTo(new TrackedEntry { To = Bob, Position = results[0].Position, Sender = "user:ann", Id = "a" });
        results[3].Should().Be(new AppendResult(results[0].Position, true), "a repeat is recognized, and makes no record");
        (await h.Store.Tracking.FindAsync(Bob, "a", "user:ann", null, default)).Should().BeEquivalentTo(record);
        (await h.Store.Tracking.FindAsync(Bob, "a", "user:eve", null, default)).Should().BeNull();
        (await h.Store.Tracking.ReadAsync(Bob, results[0].Position, "user:eve", null, default)).Should().BeNull();
        (await h.Store.Tracking.ReadAsync(Bob, results[1].Position, null, null, default)).Should().BeNull();
        (await h.Store.Tracking.ReadAsync(Team, results[2].Position, null, null, default))!.To.Should().Be(Team);
        (await h.Store.Tracking.ReadersAsync(Bob, results[0].Position, "user:eve", null, default)).Should().BeNull();
        await h.RestartAsync();
        (await RecordAsync(h, Bob, results[0].Position)).Id.Should().Be("a");
    }

    [Fact]
    public async Task An_ack_acknowledges_the_tracked_entries_that_the_cursor_of_the_device_passes()
    {
        await using var h = await CreateAsync();
        await h.OpenAsync("bob", "phone");
        await h.OpenAsync("bob", "tablet");
        var p = (await h.AppendAsync(Tracked(Bob, "0"), h.New(Bob), Tracked(Bob, "2"), Tracked(Bob, "3"))).Select(r => r.Position).ToArray();
        await DeliverAsync(h, Bob, "phone", p[0], p[1], p[2]);
        await DeliverAsync(h, Bob, "tablet", p[0]);

        (await h.AckAsync("bob", "phone", p[2])).Should().Be(AckResult.Done);
        (await h.AckAsync("bob", "phone", p[0])).Should().Be(AckResult.Done);

        var first = await RecordAsync(h, Bob, p[0]);
        first.Should().BeEquivalentTo(new { Delivered = 2, Acknowledged = 1, IsStored = true });
        first.Readers.Select(r => (r.Name, r.DeliveredAt > 0, r.AcknowledgedAt > 0)).Should().Equal(("phone", true, true), ("tablet", true, false));
        (await RecordAsync(h, Bob, p[2])).Should().BeEquivalentTo(new { Delivered = 1, Acknowledged = 1 });
        (await RecordAsync(h, Bob, p[3])).Should().BeEquivalentTo(new { Delivered = 0, Acknowledged = 0 });
        (await h.AckAsync("bob", "tablet", p[3])).Should().Be(AckResult.Done);
        (await RecordAsync(h, Bob, p[3])).Readers.Single().Should().Match<TrackedReader>(r => r.Name == "tablet" && r.DeliveredAt > 0 && r.AcknowledgedAt > 0);
        (await RecordAsync(h, Bob, p[0])).Acknowledged.Should().Be(2);
    }

    [Fact]
    public async Task What_was_skipped_for_a_reader_is_not_acknowledged_by_it_unless_it_is_delivered_later()
    {
        await using var h = await CreateAsync();
        await h.OpenAsync("bob", "phone");
        var p = (await h.AppendAsync(Tracked(Bob, "0"), Tracked(Bob, "1"), Tracked(Bob, "2"))).Select(r => r.Position).ToArray();
        await SkipAsync(p[0], p[1]);
        await DeliverAsync(h, Bob, "phone", p[1], p[2]);
        await SkipAsync(p[2]);

        (await h.AckAsync("bob", "phone", p[2])).Should().Be(AckResult.Done);

        var skipped = await RecordAsync(h, Bob, p[0]);
        skipped.Should().BeEquivalentTo(new { Delivered = 0, Acknowledged = 0, Lost = 0 });
        skipped.Readers.Should().ContainSingle().Which.Should().BeEquivalentTo(new { Name = "phone", AcknowledgedAt = 0L, End = TrackedEnd.Skipped });
        foreach (var position in p[1..])
        {
            var handled = await RecordAsync(h, Bob, position);
            handled.Should().BeEquivalentTo(new { Delivered = 1, Acknowledged = 1 });
            handled.Readers.Should().ContainSingle().Which.Should().BeEquivalentTo(new { EndedAt = 0L, End = TrackedEnd.None });
        }

        Task SkipAsync(params WsmqPosition[] positions) =>
            h.Store.Tracking.DeliveredAsync([.. positions.Select(at => new TrackedDelivery(Bob, at, "phone", h.Store.Now, IsSkipped: true))], default);
    }

    [Fact]
    public async Task One_ack_over_ten_entries_leaves_a_dead_letter_dead_and_an_expired_one_expired_also_when_the_entries_are_gone()
    {
        await using var h = await CreateAsync(o => (o.DeadLetters.MaxAttempts, o.Delivery.AckGrace) = (1, TimeSpan.Zero));
        await h.OpenAsync("bob", "phone");
        var requests = Enumerable.Range(1, 10).Select(i => Tracked(Bob, $"{i}", life: i == 7 ? 1 : 0)).ToArray();
        var p = (await h.AppendAsync(requests)).Select(r => r.Position).ToArray();
        await DeliverAsync(h, Bob, "phone", [.. p.Where((_, i) => i != 6)]);
        await h.AckAsync("bob", "phone", p[2]);
        (await NackAsync(h, Bob, p[3])).Outcome.Should().Be(NackOutcome.DeadLettered);
        await Eventually.That("the 7th expires", () => h.Store.Now > p[6].Value + 1);

        await h.AckAsync("bob", "phone", p[9]);

        await Eventually.That("the entries are gone", async () => (await h.PositionsAsync(Bob)).Length == 0);
        for (var i = 0; i < 10; i++)
        {
            var record = await RecordAsync(h, Bob, p[i]);
            record.IsStored.Should().BeFalse();
            record.Should().BeEquivalentTo(new { Acknowledged = i is 3 or 6 ? 0 : 1, DeadLettered = i == 3 ? 1 : 0, Expired = i == 6 ? 1 : 0, Lost = 0 });
        }
    }

    [Fact]
    public async Task An_entry_that_was_delivered_before_it_expired_is_acknowledged_by_a_later_ack()
    {
        await using var h = await CreateAsync();
        await h.OpenAsync("bob", "phone");
        var p = (await h.AppendAsync(Tracked(Bob, "a", life: 1))).Single().Position;
        await DeliverAsync(h, Bob, "phone", p);
        await Eventually.That("it expires", () => h.Store.Now > p.Value + 1);

        await h.AckAsync("bob", "phone", p);

        (await RecordAsync(h, Bob, p)).Should().BeEquivalentTo(new { Acknowledged = 1, Expired = 0, Ends = p.Value + 1 });
    }

    [Fact]
    public async Task What_left_the_log_before_it_was_delivered_is_lost()
    {
        await using var h = await CreateAsync(o => o.Retention.MaxCount = 1);
        await h.OpenAsync("bob", "phone");
        var p = (await h.AppendAsync(Tracked(Bob, "a"), Tracked(Bob, "b"))).Select(r => r.Position).ToArray();

        (await RecordAsync(h, Bob, p[0])).IsStored.Should().BeFalse();
        await h.AckAsync("bob", "phone", p[1]);

        (await RecordAsync(h, Bob, p[0])).Should().BeEquivalentTo(new { Lost = 1, Acknowledged = 0 });
        (await RecordAsync(h, Bob, p[1])).Should().BeEquivalentTo(new { Lost = 0, Acknowledged = 1 });
    }

    [Fact]
    public async Task Members_of_a_group_are_counted_once_each_and_listed_in_pages_up_to_a_limit()
    {
        await using var h = await CreateAsync();
        string[] users = ["ann", "bob", "cat", "dan"];
        foreach (var user in users)
            await h.Store.Memberships.AddAsync("team", user, default);
        var p = (await h.AppendAsync(Tracked(Team, "a", Terms("a") with { MaxReaders = 3 }))).Single().Position;

        foreach (var user in users)
        {
            await DeliverAsync(h, Team, user, p);
            foreach (var device in new[] { "phone", "tablet" })
                await h.AckAsync(Team, user, device, p);
        }

        var record = await RecordAsync(h, Team, p);
        record.Readers.Should().BeEmpty("members are listed on request");
        record.Delivered.Should().Be(4);
        record.Acknowledged.Should().Be(5, "of members beyond the limit each device counts");
        (await h.Store.Tracking.ReadersAsync(Team, p, "user:ann", null, default))!.Select(r => r.Name).Should().Equal("ann", "bob", "cat");
        (await h.Store.Tracking.ReadersAsync(Team, p, null, "ann", default))!.Select(r => (r.Name, r.AcknowledgedAt > 0)).Should().Equal(("bob", true), ("cat", true));
    }

    [Fact]
    public async Task A_sender_has_at_most_so_many_records_and_they_end_with_the_retention()
    {
        await using var h = await CreateAsync();
        var brief = Terms("") with { Retention = TimeSpan.FromMilliseconds(300).Micros(), MaxRecords = 2 };
        var first = await h.AppendAsync(Tracked(Bob, "a", brief with { Id = "a" }), Tracked(Bob, "b", brief with { Id = "b" }), Tracked(Bob, "c", brief with { Id = "c" }));

        first.Select(r => r.Refusal).Should().Equal(AppendRefusal.None, AppendRefusal.None, AppendRefusal.TooManyTracked);
        (await h.PositionsAsync(Bob)).Should().HaveCount(2, "what is refused is not stored");
        (await h.AppendAsync(Tracked(Bob, "d", Terms("d", "user:eve") with { MaxRecords = 2 }, "user:eve"))).Single().IsStored.Should().BeTrue();

        await Eventually.That("the records end", async () => await h.Store.Tracking.ReadAsync(Bob, first[0].Position, null, null, default) is null);
        (await h.Store.Tracking.FindAsync(Bob, "a", "user:ann", null, default)).Should().BeNull();
        await Eventually.That("there is room", async () => (await h.AppendAsync(Tracked(Bob, "c", brief with { Id = "c" }))).Single().IsStored);
        (await h.PositionsAsync(Bob)).Should().HaveCount(4);
    }

    [Fact]
    public async Task The_records_of_a_sender_for_an_address_are_listed_in_order_and_after_a_position()
    {
        await using var h = await CreateAsync();
        var results = await h.AppendAsync([.. Enumerable.Range(0, 120).Select(i => Tracked(i % 4 == 3 ? Team : Bob, $"{i}"))]);
        var ofBob = results.Where((_, i) => i % 4 != 3).Select(r => r.Position).ToArray();
        await h.AppendAsync(Tracked(Bob, "other", sender: "user:eve"));

        var all = await h.Store.Tracking.ListAsync(Bob, "user:ann", WsmqPosition.Start, default);
        var last = await h.Store.Tracking.ListAsync(Bob, "user:ann", ofBob[^3], default);

        all.Select(e => e.Position).Should().Equal(ofBob);
        last.Select(e => (e.Position, e.Id)).Should().Equal((ofBob[^2], "117"), (ofBob[^1], "118"));
        (await h.Store.Tracking.ListAsync(Bob, "user:zoe", WsmqPosition.Start, default)).Should().BeEmpty();
        await h.AppendAsync([.. Enumerable.Range(0, 20).Select(i => Tracked(Bob, $"more{i}"))]);
        (await h.Store.Tracking.ListAsync(Bob, "user:ann", WsmqPosition.Start, default)).Should().HaveCount(ITrackingStore.MostListed);
    }

    [Fact]
    public async Task The_node_that_a_record_names_is_told_of_changes_until_another_one_asks()
    {
        await using var h = await CreateAsync(o => o.DeadLetters.MaxAttempts = 1);
        await h.OpenAsync("bob", "phone");
        var changes = new List<TrackedChange>();
        h.Store.Tracking.Changed += some =>
        {
            lock (changes)
                changes.AddRange(some);
        };
        var p = (await h.AppendAsync(Tracked(Bob, "a"), Tracked(Bob, "b", Terms("b") with { Watcher = null }), Tracked(Bob, "c"))).Select(r => r.Position).ToArray();

        await DeliverAsync(h, Bob, "phone", p);
        await DeliverAsync(h, Bob, "phone", p);
        await h.Store.Tracking.ReadAsync(Bob, p[0], "user:ann", "other", default);
        await h.AckAsync("bob", "phone", p[1]);
        await NackAsync(h, Bob, p[2]);

        changes.Select(c => (c.Watcher, c.Entry.Id, c.Entry.Sender, c.Entry.Delivered, c.Entry.Acknowledged, c.Entry.DeadLettered, c.Entry.Readers.Single().Name))
            .Should().Equal(
                ("node", "a", "user:ann", 1, 0, 0, "phone"), ("node", "c", "user:ann", 1, 0, 0, "phone"), ("other", "a", "user:ann", 1, 1, 0, "phone"),
                ("node", "c", "user:ann", 1, 0, 1, "phone"));
        changes.Should().OnlyContain(c => c.Entry.To == Bob);
    }

    [Fact]
    public async Task A_message_with_a_delay_is_tracked_once_it_is_due()
    {
        await using var h = await CreateAsync();
        var request = Tracked(Bob, "a") with { Delay = new DelayTerms { Delay = 1_000 } };
        (await h.AppendAsync(request)).Single().IsWaiting.Should().BeTrue();
        (await h.Store.Tracking.FindAsync(Bob, "a", "user:ann", null, default)).Should().BeNull();

        DueMessages due = null!;
        await Eventually.That("it is due", async () => (due = await h.Store.Delayed.DueAsync(h.Log.AppenderOf(Bob), default)).Messages.Count == 1);
        var position = (await h.AppendAsync(due.Messages[0] with { Log = request.Log })).Single().Position;

        (await h.Store.Tracking.FindAsync(Bob, "a", "user:ann", null, default))!.Position.Should().Be(position);
    }
}
