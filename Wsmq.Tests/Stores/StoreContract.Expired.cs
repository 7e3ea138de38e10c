using System.Text;
using Wsmq.Server.Stores;

namespace Wsmq.Tests.Stores;

// Entries whose time to live is over are removed from the middle of their logs.
public abstract partial class StoreContract
{
    private const long Briefly = 1_000;
    private const long LongLife = 3_600_000_000;

    private static AppendRequest Lasting(StoreHarness h, WsmqAddress to, long life, string body = "x") =>
        h.New(to, body) with { Log = new LogTerms { Life = life } };

    // Waits until so many entries of the lane of an address have been removed.
    private static async Task<ExpiredEntry[]> RemoveAsync(StoreHarness h, WsmqAddress log, int count)
    {
        var removed = new List<ExpiredEntry>();
        await Eventually.That($"{count} entries are removed", async () =>
        {
            removed.AddRange((await h.Store.Expiry.RemoveAsync(h.Log.AppenderOf(log), default)).Removed);
            return removed.Count >= count;
        });
        removed.Should().HaveCount(count);
        return [.. removed];
    }

    private Task<StoreHarness> CreateWithoutGraceAsync(Action<WsmqOptions>? configure = null) => CreateAsync(o =>
    {
        o.Delivery.AckGrace = TimeSpan.Zero;
        configure?.Invoke(o);
    });

    // What a reader gets, page by page: entries as they are, and ranges that are gone.
    private static async Task<List<(WsmqPosition After, WsmqPosition Through, bool IsGone)>> PartsAsync(
        StoreHarness h, WsmqAddress log, WsmqPosition after, int most = 1_000)
    {
        var parts = new List<(WsmqPosition, WsmqPosition, bool)>();
        LogPage page;
        do
        {
            page = await h.ReadAsync(log, after, most);
            page.Entries.Count.Should().BeLessThanOrEqualTo(most);
            page.Entries.Select(e => e.Defect).Should().AllBeEquivalentTo((string?)null);
            parts.AddRange(page.Entries.Select(e => (e.Previous, e.Position, e.IsGone)));
            after = page.Entries.Count == 0 ? after : page.Entries[^1].Position;
        }
        while (page.Entries.Count > 0);
        after.Should().Be(WsmqPosition.Max(after, page.State.Tail), "the last part ends at the tail");
        return parts;
    }

    [Fact]
    public async Task A_short_life_between_two_long_ones_is_removed_and_its_readers_are_told_where_it_was()
    {
        await using var h = await CreateWithoutGraceAsync();
        await h.OpenAsync("bob", "phone");
        var results = await h.AppendAsync(Lasting(h, Bob, LongLife, "A"), Lasting(h, Bob, Briefly, "B"), h.New(Bob, "C"));
        var (a, b, c) = (results[0].Position, results[1].Position, results[2].Position);

        var removed = await RemoveAsync(h, Bob, 1);

        removed.Single().Should().BeEquivalentTo(new { Source = Bob, Position = b, Bytes = "meta:B".Length + 1 });
        Encoding.UTF8.GetString(removed.Single().Metadata.Span).Should().Be("meta:B");
        (await PartsAsync(h, Bob, default)).Should().Equal((default, a, false), (a, b, true), (b, c, false));
        (await PartsAsync(h, Bob, default, most: 1)).Should().Equal((default, a, false), (a, b, true), (b, c, false));
        (await PartsAsync(h, Bob, a)).Should().Equal((a, b, true), (b, c, false));
        (await PartsAsync(h, Bob, b)).Should().Equal((b, c, false));
        (await h.StateAsync(Bob)).Should().Be(new LogState(c, default, default, 0));
        (await h.Store.Inspection.FindAsync(Bob, default))!.Value.Entries.Should().Be(2);
        (await h.Store.Inspection.NewestAsync(Bob, default)).Positions.Should().Equal(c, a);
        (await h.Store.Expiry.RemoveAsync(h.Log.AppenderOf(Bob), default)).Removed.Should().BeEmpty();
        (await h.OpenAsync("bob", "tablet")).Should().Be(WsmqPosition.Start, "a new device is told as well");
        await h.RestartAsync();
        (await PartsAsync(h, Bob, default)).Should().Equal((default, a, false), (a, b, true), (b, c, false));
        (await h.AckAsync("bob", "phone", c)).Should().Be(AckResult.Done);
    }

    [Theory]
    [InlineData("group:team")]
    [InlineData("user:bob")]
    public async Task Whatever_expires_in_whichever_order_readers_get_what_is_left_and_neighbours_as_one_range(string address)
    {
        await using var h = await CreateWithoutGraceAsync();
        var (log, random) = (WsmqAddress.Parse(address), new Random(7));
        var all = new List<WsmqPosition>();
        var brief = 0;
        for (var i = 0; i < 80; i++)
        {
            var isBrief = random.Next(3) > 0;
            brief += isBrief ? 1 : 0;
            all.Add((await h.AppendAsync(isBrief ? Lasting(h, log, random.Next(1, 300) * 1_000) : h.New(log))).Single().Position);
        }

        var gone = new HashSet<WsmqPosition>();
        await Eventually.That("all brief ones are removed", async () =>
        {
            gone.UnionWith((await h.Store.Expiry.RemoveAsync(h.Log.AppenderOf(log), default)).Removed.Select(e => e.Position));
            foreach (var from in Enumerable.Range(0, 5).Select(_ => random.Next(-1, all.Count)))
            {
                var after = from < 0 ? default : all[from];
                (await PartsAsync(h, log, after, random.Next(1, 20))).Should().Equal(Expected(all, gone, after));
            }

            return gone.Count == brief;
        });
        (await h.StateAsync(log)).Removed.Should().Be(WsmqPosition.Start);
    }

    // A reader in the middle of a range is told of all of it.
    private static List<(WsmqPosition After, WsmqPosition Through, bool IsGone)> Expected(
        List<WsmqPosition> all, HashSet<WsmqPosition> gone, WsmqPosition after)
    {
        var parts = new List<(WsmqPosition After, WsmqPosition Through, bool IsGone)>();
        for (var i = 0; i < all.Count; i++)
        {
            var part = (After: i == 0 ? default : all[i - 1], Through: all[i], IsGone: gone.Contains(all[i]));
            if (part.IsGone && parts.LastOrDefault() is { IsGone: true } before)
                parts[^1] = before with { Through = part.Through };
            else
                parts.Add(part);
        }

        return [.. parts.Where(p => p.Through > after)];
    }

    [Fact]
    public async Task A_log_of_which_all_has_expired_is_one_range_that_goes_on_with_what_expires_next()
    {
        await using var h = await CreateWithoutGraceAsync();
        var first = (await h.AppendAsync([.. Enumerable.Range(0, 300).Select(_ => Lasting(h, Bob, Briefly))])).Select(r => r.Position).ToArray();
        await RemoveAsync(h, Bob, 300);
        (await PartsAsync(h, Bob, default)).Should().Equal((default, first[^1], true));
        (await h.OpenAsync("bob", "phone")).Should().Be(WsmqPosition.Start);

        var next = (await h.AppendAsync(Lasting(h, Bob, Briefly), h.New(Bob))).Select(r => r.Position).ToArray();
        await RemoveAsync(h, Bob, 1);

        (await PartsAsync(h, Bob, default)).Should().Equal((default, next[0], true), (next[0], next[1], false));
        (await h.StateAsync(Bob)).Should().Be(new LogState(next[1], default, default, 0));
        (await h.AckAsync("bob", "phone", next[1])).Should().Be(AckResult.Done);
        await Eventually.That("all is acknowledged, and nothing is left of it", async () =>
            (await h.ReadAsync(Bob)) is { Entries.Count: 0 } page && page.State.Removed == next[1]);
        (await h.OpenAsync("bob", "tablet")).Should().Be(next[1]);
    }

    [Fact]
    public async Task What_has_expired_at_the_tail_is_acknowledged_with_the_rest()
    {
        await using var h = await CreateWithoutGraceAsync();
        await h.OpenAsync("bob", "phone");
        var p = (await h.AppendAsync(h.New(Bob), Lasting(h, Bob, Briefly))).Select(r => r.Position).ToArray();
        await RemoveAsync(h, Bob, 1);
        (await PartsAsync(h, Bob, p[0])).Should().Equal((p[0], p[1], true));

        (await h.AckAsync("bob", "phone", p[1])).Should().Be(AckResult.Done);

        await Eventually.That("nothing is left", async () => (await h.ReadAsync(Bob)) is { Entries.Count: 0 } page && page.State.Removed == p[1]);
        var next = await h.AddAsync(Bob);
        (await PartsAsync(h, Bob, p[1])).Should().Equal((p[1], next, false));
    }

    [Fact]
    public async Task Retention_counts_what_is_left_and_removes_what_has_expired_with_what_is_before_it()
    {
        await using var h = await CreateWithoutGraceAsync(o => o.Retention.MaxCount = 4);
        var p = new List<WsmqPosition>();
        async Task AddAsync(params AppendRequest[] requests) => p.AddRange((await h.AppendAsync(requests)).Select(r => r.Position));
        await AddAsync(h.New(Team), Lasting(h, Team, Briefly), h.New(Team), Lasting(h, Team, Briefly));
        await RemoveAsync(h, Team, 2);
        await AddAsync(h.New(Team), h.New(Team));
        (await PartsAsync(h, Team, default)).Should().Equal(
            (default, p[0], false), (p[0], p[1], true), (p[1], p[2], false), (p[2], p[3], true), (p[3], p[4], false), (p[4], p[5], false));

        await AddAsync(h.New(Team));
        var page = await h.ReadAsync(Team);

        page.State.Removed.Should().Be(p[0], "what follows it has expired");
        page.Entries.Select(e => (e.Position, e.IsGone)).Should().Equal(
            (p[1], true), (p[2], false), (p[3], true), (p[4], false), (p[5], false), (p[6], false));
        await AddAsync(h.New(Team));
        page = await h.ReadAsync(Team);
        page.State.Removed.Should().Be(p[2]);
        page.Entries.Select(e => (e.Position, e.IsGone)).Should().Equal((p[3], true), (p[4], false), (p[5], false), (p[6], false), (p[7], false));
        await AddAsync(h.New(Team));
        (await h.ReadAsync(Team)).State.Removed.Should().Be(p[4]);
    }

    [Fact]
    public async Task What_has_expired_does_not_count_for_the_limit_of_bytes()
    {
        await using var h = await CreateWithoutGraceAsync(o => o.Retention.MaxBytes = 1_000_000);
        // The metadata of a test is as long.
        var body = new string('x', 50_000);
        var first = await h.AddAsync(Team, body);
        await h.AppendAsync([.. Enumerable.Range(0, 8).Select(_ => Lasting(h, Team, Briefly, body))]);
        await RemoveAsync(h, Team, 8);

        for (var i = 0; i < 7; i++)
            await h.AddAsync(Team, body);

        (await h.ReadAsync(Team)).Entries[0].Position.Should().Be(first);
    }

    [Fact]
    public async Task An_entry_stays_for_the_grace_after_its_end()
    {
        await using var h = await CreateAsync(o => o.Delivery.AckGrace = TimeSpan.FromMinutes(1));
        var position = (await h.AppendAsync(Lasting(h, Bob, Briefly))).Single().Position;
        await Eventually.That("it has ended", () => h.Store.Now > position.Value + Briefly);

        (await h.Store.Expiry.RemoveAsync(h.Log.AppenderOf(Bob), default)).Should().BeEquivalentTo(new ExpiredPart([], HasMore: false));

        (await h.PositionsAsync(Bob)).Should().Equal(position);
        (await h.ReadAsync(Bob)).Entries.Single().IsGone.Should().BeFalse();
    }

    [Fact]
    public async Task What_left_the_log_before_it_ended_is_not_removed_again()
    {
        await using var h = await CreateWithoutGraceAsync(o => o.Retention.MaxCount = 2);
        var p = (await h.AppendAsync(Lasting(h, Bob, Briefly), Lasting(h, Bob, Briefly), h.New(Bob))).Select(r => r.Position).ToArray();
        (await RemoveAsync(h, Bob, 1)).Single().Position.Should().Be(p[1], "retention has removed the first one");
        (await h.StateAsync(Bob)).Removed.Should().Be(p[0]);
    }

    [Fact]
    public async Task A_look_for_what_is_due_tells_of_what_has_expired()
    {
        await using var h = await CreateWithoutGraceAsync();
        var lane = h.Log.AppenderOf(Bob);
        await h.AddAsync(Bob);
        (await h.Store.Delayed.DueAsync(lane, default)).HasExpired.Should().BeFalse();
        await h.AppendAsync(Lasting(h, Bob, Briefly), Lasting(h, Bob, LongLife));
        await Eventually.That("it has expired", async () => (await h.Store.Delayed.DueAsync(lane, default)).HasExpired);
        await RemoveAsync(h, Bob, 1);
        (await h.Store.Delayed.DueAsync(lane, default)).HasExpired.Should().BeFalse();
    }

    [Fact]
    public async Task Of_a_tracked_message_its_status_stays_what_it_was_when_it_is_removed()
    {
        await using var h = await CreateWithoutGraceAsync();
        await h.OpenAsync("bob", "phone");
        var p = (await h.AppendAsync(Tracked(Bob, "a"), Tracked(Bob, "b", life: Briefly), Tracked(Bob, "c", life: Briefly), Tracked(Bob, "d")))
            .Select(r => r.Position).ToArray();
        await DeliverAsync(h, Bob, "phone", p[0], p[1], p[3]);
        await RemoveAsync(h, Bob, 2);

        await h.AckAsync("bob", "phone", p[3]);

        (await RecordAsync(h, Bob, p[1])).Should().BeEquivalentTo(new { Acknowledged = 1, Expired = 0, Lost = 0, IsStored = false });
        (await RecordAsync(h, Bob, p[2])).Should().BeEquivalentTo(new { Acknowledged = 0, Expired = 1, Lost = 0, IsStored = false });
        (await RecordAsync(h, Bob, p[3])).Should().BeEquivalentTo(new { Acknowledged = 1, Expired = 0, Lost = 0 });
    }

    [Fact]
    public async Task A_repeat_of_what_was_removed_is_a_duplicate_and_a_nack_of_it_changes_nothing()
    {
        await using var h = await CreateWithoutGraceAsync(o => o.DeadLetters.MaxAttempts = 1);
        await h.OpenAsync("bob", "phone");
        var brief = StoreHarness.Message(Bob, "ann", "1") with { Log = new LogTerms { Life = Briefly } };
        var p = (await h.AppendAsync(brief, h.New(Bob))).Select(r => r.Position).ToArray();
        await RemoveAsync(h, Bob, 1);

        (await h.AppendAsync(brief)).Single().Should().Be(new AppendResult(p[0], Duplicate: true));
        (await NackAsync(h, Bob, p[0])).Outcome.Should().Be(NackOutcome.Passed);
        (await NackAsync(h, Bob, p[1])).Outcome.Should().Be(NackOutcome.DeadLettered, "it is the first one that is left");
        var next = h.New(Bob) with { Log = new LogTerms { ExpectedTail = p[1], Life = LongLife } };
        (await h.AppendAsync(next)).Single().IsStored.Should().BeTrue();
    }

    [Fact]
    public async Task A_message_with_a_delay_lives_from_when_it_is_due_and_is_removed_then()
    {
        await using var h = await CreateWithoutGraceAsync();
        var lane = h.Log.AppenderOf(Bob);
        await h.AppendAsync(Lasting(h, Bob, Briefly) with { Delay = new DelayTerms { Delay = 50_000 } });
        IReadOnlyList<AppendRequest> due = [];
        await Eventually.That("it is due", async () => (due = (await h.Store.Delayed.DueAsync(lane, default)).Messages).Count == 1);

        var position = (await h.AppendAsync(due[0] with { Log = new LogTerms { Life = Briefly } })).Single().Position;

        (await RemoveAsync(h, Bob, 1)).Single().Position.Should().Be(position);
        (await PartsAsync(h, Bob, default)).Should().Equal((default, position, true));
    }

    [Fact]
    public async Task What_was_charged_for_an_entry_is_released_when_it_is_removed_and_not_again_with_what_is_around_it()
    {
        await using var h = await CreateAsync();
        var (usage, start) = (h.Store.Usage, h.Store.Now);
        UsageItem At(long minutes, long bytes) => Item(Bob, bytes, start + (minutes * UsageNames.LogQuantum));
        await usage.AddAsync("bob", Charge(0, At(0, 50_000)), default);
        var sum = (await usage.AddAsync("bob", Charge(0, At(2, 30_000)), default)).Bytes;

        await usage.ReleaseAsync("bob", [At(1, 10_000), At(3, 5_000)], default);

        (await usage.AddAsync("bob", Charge(0), default)).Bytes.Should().Be(sum - 15_000);
        var part = (await usage.PartsAsync("bob", default)).Single();
        UsageMarks.Sum(part.Marks).Should().Be(sum - 15_000);
        await usage.ReleaseAsync("bob", [At(1, 1_000_000), Item(Team, 1_000)], default);
        (await usage.AddAsync("bob", Charge(0), default)).Bytes.Should().BeInRange(50_000, 60_000, "at most what the mark had is released");
        await usage.ReleaseAsync("nobody", [At(1, 1_000)], default);
    }
}
