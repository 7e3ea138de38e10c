using Wsmq.Server.Stores;

namespace Wsmq.Tests.Stores;

// Failed attempts and dead letters.
public abstract partial class StoreContract
{
    private static async Task<NackResult> NackAsync(
        StoreHarness h, WsmqAddress source, WsmqPosition position, string user = "bob", string device = "phone", NackKind kind = NackKind.Reported,
        string reason = "why") =>
        await h.Store.DeadLetters.NackAsync(new NackRequest(source, user, device, position, kind, reason), default) with { IsNew = false };

    [Fact]
    public async Task A_dead_letter_is_reported_as_new_once()
    {
        await using var h = await CreateAsync(o => o.DeadLetters.MaxAttempts = 2);
        await h.OpenAsync("bob", "phone");
        var request = new NackRequest(Bob, "bob", "phone", await h.AddAsync(Bob, "body"), NackKind.Reported, "why");
        var results = new List<NackResult>();
        for (var i = 0; i < 3; i++)
            results.Add(await h.Store.DeadLetters.NackAsync(request, default));

        results.Select(r => r.IsNew).Should().Equal(false, true, false);
        results.Select(r => r.Outcome).Should().Equal(NackOutcome.Counted, NackOutcome.DeadLettered, NackOutcome.DeadLettered);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Dead_letters_over_the_byte_limit_are_removed_oldest_first_and_the_newest_always_stays(bool group)
    {
        await using var h = await CreateAsync(o => o.DeadLetters.MaxAttempts = 1);
        var source = await ReaderAsync(h, group);
        var p = new List<WsmqPosition>();

        // Three entries of 10 kB fit.
        (await Evicted(5_000, 5_000, 5_000)).Should().Equal(0, 0, 0);
        (await Evicted(5_000)).Should().Equal(1);
        (await Kept()).Should().Equal(p[1..]);
        (await h.Store.DeadLetters.RemoveAsync(new DeadLetterKey(source, p[2], "phone"), "bob", default)).Should().BeTrue();
        await h.RestartAsync();
        (await Evicted(5_000, 5_000)).Should().Equal([0, 1], "what the app removes frees capacity");
        (await Kept()).Should().Equal(p[3..]);
        (await Evicted(50_000)).Should().Equal([3], "a large one replaces all others");
        (await Kept()).Should().Equal(p[6..]);
        (await Evicted(1, 1)).Should().Equal(1, 0);
        (await Kept()).Should().Equal(p[7..]);

        async Task<List<int>> Evicted(params int[] sizes)
        {
            var evicted = new List<int>();
            foreach (var size in sizes)
            {
                p.Add(await h.AddAsync(source, new string('x', size)));
                var request = new NackRequest(source, "bob", "phone", p[^1], NackKind.Reported, "why") { Room = 35_000 };
                var result = await h.Store.DeadLetters.NackAsync(request, default);
                result.Should().Be(new NackResult(NackOutcome.DeadLettered, 1, IsNew: true, result.Evicted));
                evicted.Add(result.Evicted);
            }

            return evicted;
        }

        async Task<WsmqPosition[]> Kept() => [.. (await h.Store.DeadLetters.ListAsync(source, "bob", default)).Select(l => l.Key.Position)];
    }

    [Fact]
    public async Task The_devices_of_a_user_share_the_byte_limit_and_an_entry_dead_lettered_twice_counts_once()
    {
        await using var h = await CreateAsync(o => o.DeadLetters.MaxAttempts = 1);
        var p = await h.AddAsync(Bob, new string('x', 5_000));
        foreach (var device in new[] { "a", "b", "c", "c", "d" })
        {
            // A forgotten device starts again with the oldest entry.
            await h.Log.ForgetDeviceAsync(Bob, "bob", device, default);
            await h.OpenAsync("bob", device);
            await h.Store.DeadLetters.NackAsync(new NackRequest(Bob, "bob", device, p, NackKind.Reported, "why") { Room = 35_000 }, default);
        }

        (await h.Store.DeadLetters.ListAsync(Bob, "bob", default)).Select(l => l.Key.Device).Should().Equal("b", "c", "d");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_entry_whose_attempts_are_used_up_is_dead_lettered_and_the_cursor_moves_to_it(bool group)
    {
        await using var h = await CreateAsync(o => o.DeadLetters.MaxAttempts = 3);
        var source = await ReaderAsync(h, group);
        var p = await h.AddManyAsync(source, 3);
        await h.AckAsync(source, "bob", "phone", p[0]);

        (await NackAsync(h, source, p[1])).Should().Be(new NackResult(NackOutcome.Counted, 1));
        (await NackAsync(h, source, p[1])).Should().Be(new NackResult(NackOutcome.Counted, 2));
        (await CursorAsync(h, source)).Should().Be(p[0]);
        (await NackAsync(h, source, p[1], reason: "Überlauf")).Should().Be(new NackResult(NackOutcome.DeadLettered, 3));

        (await CursorAsync(h, source)).Should().Be(p[1]);
        var listed = (await h.Store.DeadLetters.ListAsync(source, "bob", default)).Should().ContainSingle().Subject;
        listed.Should().BeEquivalentTo(new { Key = new DeadLetterKey(source, p[1], "phone"), Attempts = 3, Reason = "Überlauf", Entry = (LogEntry?)null });
        DateTimeOffset.UnixEpoch.AddMicroseconds(listed.DeadLetteredAt).Should().BeCloseTo(DateTimeOffset.UtcNow, TimeSpan.FromMinutes(1));
        var read = (await h.Store.DeadLetters.ReadAsync(listed.Key, "bob", default))!;
        StoreHarness.Text(read.Entry!).Should().Be("1");
        (read.Entry!.Position, read.Entry.Previous).Should().Be((p[1], p[0]));
        (await h.ReadAsync(source, p[0])).Entries.Should().HaveCount(2, "other devices still have it in the log");
    }

    [Theory]
    [InlineData(false, 3)]
    [InlineData(true, 3)]
    [InlineData(false, 0)]
    [InlineData(true, 0)]
    public async Task A_final_failure_dead_letters_the_first_entry_whatever_the_limit(bool group, int maxAttempts)
    {
        await using var h = await CreateAsync(o => o.DeadLetters.MaxAttempts = maxAttempts);
        var source = await ReaderAsync(h, group);
        var p = await h.AddManyAsync(source, 2);

        (await NackAsync(h, source, p[1], kind: NackKind.Final)).Should().Be(new NackResult(NackOutcome.NotFirst, 0));
        await NackAsync(h, source, p[0]);
        (await NackAsync(h, source, p[0], kind: NackKind.Final, reason: "no-handler")).Should().Be(new NackResult(NackOutcome.DeadLettered, 2));
        (await NackAsync(h, source, p[0], kind: NackKind.Final)).Should().Be(new NackResult(NackOutcome.DeadLettered, 2), "a retry gets the same result");
        (await NackAsync(h, source, p[1], kind: NackKind.Final)).Should().Be(new NackResult(NackOutcome.DeadLettered, 1));
        (await CursorAsync(h, source)).Should().Be(p[1]);
        (await h.Store.DeadLetters.ListAsync(source, "bob", default)).Select(d => d.Reason).Should().Equal("no-handler", "why");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Only_attempts_at_the_first_unacknowledged_entry_are_counted(bool group)
    {
        await using var h = await CreateAsync(o => o.DeadLetters.MaxAttempts = 2);
        var source = await ReaderAsync(h, group);
        var p = await h.AddManyAsync(source, 3);

        (await NackAsync(h, source, p[1])).Should().Be(new NackResult(NackOutcome.NotFirst, 0));
        (await NackAsync(h, source, p[0])).Should().Be(new NackResult(NackOutcome.Counted, 1));
        (await NackAsync(h, source, p[1])).Should().Be(new NackResult(NackOutcome.NotFirst, 0), "it does not change the count");
        (await h.AckAsync(source, "bob", "phone", p[0])).Should().Be(AckResult.Done);
        (await NackAsync(h, source, p[0])).Should().Be(new NackResult(NackOutcome.Passed, 0));
        (await NackAsync(h, source, p[1])).Should().Be(new NackResult(NackOutcome.Counted, 1), "the count was reset with the cursor");
        (await NackAsync(h, source, p[1])).Outcome.Should().Be(NackOutcome.DeadLettered);
        (await NackAsync(h, source, p[1])).Should().Be(new NackResult(NackOutcome.DeadLettered, 2), "a retry gets the same result");
        (await h.AckAsync(source, "bob", "phone", p[1])).Should().Be(AckResult.Done, "a late ack is harmless");
        (await NackAsync(h, source, p[2])).Should().Be(new NackResult(NackOutcome.Counted, 1));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Attempts_survive_reconnects_late_acks_and_restarts(bool group)
    {
        await using var h = await CreateAsync(o => (o.DeadLetters.MaxAttempts, o.Delivery.AckGrace) = (4, TimeSpan.Zero));
        var source = await ReaderAsync(h, group);
        var p = await h.AddManyAsync(source, 2);
        await h.AckAsync(source, "bob", "phone", p[0]);
        await NackAsync(h, source, p[1]);
        (await CursorAsync(h, source)).Should().Be(p[0]);
        await NackAsync(h, source, p[1]);
        await h.AckAsync(source, "bob", "phone", p[0]);
        (await h.StateAsync(source)).Tail.Should().Be(p[1]);
        await h.RestartAsync();
        (await NackAsync(h, source, p[1])).Should().Be(new NackResult(NackOutcome.Counted, 3));
        (await h.ReadAsync(source, p[0])).Entries.Should().ContainSingle("the count of devices is still correct");
        (await NackAsync(h, source, p[1])).Outcome.Should().Be(NackOutcome.DeadLettered);
        await h.RestartAsync();
        (await h.Store.DeadLetters.ListAsync(source, "bob", default)).Should().ContainSingle();
    }

    [Fact]
    public async Task Attempts_are_counted_separately_for_each_device_and_kind()
    {
        await using var h = await CreateAsync(o => (o.DeadLetters.MaxAttempts, o.DeadLetters.MaxSilentAttempts) = (2, 2));
        await h.OpenAsync("bob", "phone");
        await h.OpenAsync("bob", "laptop");
        var p = await h.AddAsync(Bob);
        await NackAsync(h, Bob, p, device: "laptop");
        (await NackAsync(h, Bob, p)).Attempts.Should().Be(1);
        (await NackAsync(h, Bob, p, kind: NackKind.Silent)).Should().Be(new NackResult(NackOutcome.Counted, 2));
        (await NackAsync(h, Bob, p, kind: NackKind.Silent)).Should().Be(new NackResult(NackOutcome.Counted, 3), "there is no client to notify");
        (await h.Log.OpenCursorAsync(Bob, "bob", "phone", default)).Should().Be(new OpenCursor(WsmqPosition.Start, p, 2) { IsNew = true });
        (await h.Log.OpenCursorAsync(Bob, "bob", "laptop", default)).Should().Be(new OpenCursor(WsmqPosition.Start, p, 0) { IsNew = true });
        (await NackAsync(h, Bob, p, kind: NackKind.Blocked)).Should().Be(new NackResult(NackOutcome.DeadLettered, 3));
        (await h.OpenAsync("bob", "phone")).Should().Be(p);
        (await h.OpenAsync("bob", "laptop")).Should().Be(WsmqPosition.Start);
        (await NackAsync(h, Bob, p, device: "laptop")).Outcome.Should().Be(NackOutcome.DeadLettered);
        (await h.Store.DeadLetters.ListAsync(Bob, "bob", default)).Select(l => l.Key.Device).Should().Equal("laptop", "phone");
    }

    [Fact]
    public async Task Without_a_limit_attempts_are_counted_and_nothing_is_dead_lettered()
    {
        await using var h = await CreateAsync(o => (o.DeadLetters.MaxAttempts, o.DeadLetters.MaxSilentAttempts) = (0, 0));
        await h.OpenAsync("bob", "phone");
        var p = await h.AddAsync(Bob);
        for (var i = 1; i <= 50; i++)
            (await NackAsync(h, Bob, p)).Should().Be(new NackResult(NackOutcome.Counted, i));
        (await NackAsync(h, Bob, p, kind: NackKind.Blocked)).Outcome.Should().Be(NackOutcome.Counted);
        (await h.OpenAsync("bob", "phone")).Should().Be(WsmqPosition.Start);
    }

    [Fact]
    public async Task Attempts_of_other_users_and_at_removed_entries_are_not_counted()
    {
        await using var h = await CreateAsync(o => (o.DeadLetters.MaxAttempts, o.Retention.MaxCount) = (1, 2));
        await h.OpenAsync("bob", "phone");
        var p = await h.AddManyAsync(Bob, 4);
        (await NackAsync(h, Bob, p[2], user: "eve")).Outcome.Should().Be(NackOutcome.NoReader);
        (await NackAsync(h, Bob, p[2], device: "unknown")).Outcome.Should().Be(NackOutcome.NoReader);
        (await NackAsync(h, Team, p[2])).Outcome.Should().Be(NackOutcome.NoReader);
        (await NackAsync(h, WsmqAddress.Work("w"), p[2])).Outcome.Should().Be(NackOutcome.NoReader);
        (await NackAsync(h, Bob, p[0])).Outcome.Should().Be(NackOutcome.Passed, "retention removed it");
        (await NackAsync(h, Bob, p[2])).Outcome.Should().Be(NackOutcome.DeadLettered, "no entry is stored before it");
    }

    [Fact]
    public async Task Dead_letters_are_removed_beyond_the_count_limit_and_on_request()
    {
        await using var h = await CreateAsync(o => (o.DeadLetters.MaxAttempts, o.DeadLetters.MaxCount) = (1, 3));
        await h.OpenAsync("bob", "phone");
        var p = await h.AddManyAsync(Bob, 5);
        foreach (var (i, position) in p.Index())
            (await NackAsync(h, Bob, position)).Should().Be(new NackResult(NackOutcome.DeadLettered, 1, Evicted: i < 3 ? 0 : 1));
        (await Kept()).Should().Equal(p[2..], "the oldest is removed first");

        var key = new DeadLetterKey(Bob, p[3], "phone");
        (await h.Store.DeadLetters.RemoveAsync(key, "eve", default)).Should().BeFalse();
        (await h.Store.DeadLetters.ReadAsync(key, "eve", default)).Should().BeNull();
        (await h.Store.DeadLetters.RemoveAsync(key, "bob", default)).Should().BeTrue();
        (await h.Store.DeadLetters.RemoveAsync(key, "bob", default)).Should().BeFalse();
        (await h.Store.DeadLetters.ReadAsync(key, "bob", default)).Should().BeNull();
        (await Kept()).Should().Equal(p[2], p[4]);

        async Task<WsmqPosition[]> Kept() => [.. (await h.Store.DeadLetters.ListAsync(Bob, "bob", default)).Select(l => l.Key.Position)];
    }

    [Fact]
    public async Task Dead_letters_are_removed_after_their_maximum_age()
    {
        await using var h = await CreateAsync(o => (o.DeadLetters.MaxAttempts, o.Retention.MaxAge) = (1, TimeSpan.FromSeconds(1)));
        await h.OpenAsync("bob", "phone");
        foreach (var position in await h.AddManyAsync(Bob, 2))
            await NackAsync(h, Bob, position);
        await Eventually.That("they have expired", async () => (await h.Store.DeadLetters.ListAsync(Bob, "bob", default)).Count == 0);
    }

    [Fact]
    public async Task Leaving_a_group_removes_its_dead_letters_and_attempt_counts()
    {
        await using var h = await CreateAsync(o => o.DeadLetters.MaxAttempts = 2);
        await h.Store.Memberships.AddAsync("team", "bob", default);
        await h.Store.Memberships.AddAsync("team", "cat", default);
        var p = await h.AddManyAsync(Team, 2);
        foreach (var user in new[] { "bob", "cat" })
        {
            await NackAsync(h, Team, p[0], user);
            await NackAsync(h, Team, p[0], user);
            await NackAsync(h, Team, p[1], user);
        }

        await h.Store.Memberships.RemoveAsync("team", "bob", default);
        (await NackAsync(h, Team, p[1])).Outcome.Should().Be(NackOutcome.NoReader);
        (await h.Store.DeadLetters.ListAsync(Team, "bob", default)).Should().BeEmpty();
        (await h.Store.DeadLetters.ListAsync(Team, "cat", default)).Should().ContainSingle();
        await h.Store.Memberships.AddAsync("team", "bob", default);
        var next = await h.AddAsync(Team);
        (await NackAsync(h, Team, next)).Attempts.Should().Be(1);
    }

    private static async Task<WsmqAddress> ReaderAsync(StoreHarness h, bool group)
    {
        if (!group)
        {
            await h.OpenAsync("bob", "phone");
            return Bob;
        }

        await h.Store.Memberships.AddAsync("team", "bob", default);
        return Team;
    }

    private static async Task<WsmqPosition> CursorAsync(StoreHarness h, WsmqAddress source) =>
        (await h.Log.OpenCursorAsync(source, "bob", "phone", default)).Position;
}
