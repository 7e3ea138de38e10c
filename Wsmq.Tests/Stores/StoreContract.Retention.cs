using Wsmq.Server.Stores;

namespace Wsmq.Tests.Stores;

public abstract partial class StoreContract
{
    [Fact]
    public async Task Entries_over_the_count_limit_are_removed_oldest_first_and_Removed_is_exact()
    {
        await using var h = await CreateAsync(o => o.Retention.MaxCount = 3);
        var p = new List<WsmqPosition>();
        for (var i = 0; i < 7; i++)
        {
            p.Add(await h.AddAsync(Bob));
            var page = await h.ReadAsync(Bob);
            page.Entries.Select(e => e.Position).Should().Equal(p.TakeLast(3));
            page.State.Removed.Should().Be(p.Count > 3 ? p[^4] : WsmqPosition.Start, "it is the last entry removed");
            ShouldBeChained(page.Entries, page.State.Removed);
        }
    }

    [Fact]
    public async Task A_batch_larger_than_the_count_limit_leaves_its_last_entries()
    {
        await using var h = await CreateAsync(o => o.Retention.MaxCount = 3);
        var p = await h.AddManyAsync(Bob, 10);
        var page = await h.ReadAsync(Bob);
        page.Entries.Select(e => e.Position).Should().Equal(p[7], p[8], p[9]);
        page.State.Should().Be(new LogState(p[9], p[6], WsmqPosition.Start, 0));
    }

    [Fact]
    public async Task Users_and_groups_have_retention_limits_of_their_own()
    {
        await using var h = await CreateAsync(o =>
        {
            o.Retention.MaxCount = 5;
            o.Retention.User.MaxCount = 2;
        });
        await h.AddManyAsync(Bob, 8);
        await h.AddManyAsync(Team, 8);
        (await h.PositionsAsync(Bob)).Should().HaveCount(2);
        (await h.PositionsAsync(Team)).Should().HaveCount(5);
    }

    [Fact]
    public async Task Expired_entries_are_not_read_and_later_positions_continue_after_them()
    {
        await using var h = await CreateAsync(o => o.Retention.MaxAge = TimeSpan.FromMilliseconds(300));
        var old = await h.AddManyAsync(Bob, 3);
        LogPage? page = null;
        await Eventually.That("the entries have expired", async () => (page = await h.ReadAsync(Bob)).Entries.Count == 0);
        page!.State.Should().Be(new LogState(old[2], old[2], WsmqPosition.Start, 0));

        var next = await h.AddAsync(Bob);
        next.Should().BeGreaterThan(old[2]);
        (await h.StateAsync(Bob)).Tail.Should().Be(next);
    }

    [Fact]
    public async Task The_age_limit_removes_only_expired_entries()
    {
        await using var h = await CreateAsync(o =>
        {
            o.Retention.MaxAge = TimeSpan.FromHours(1);
            o.Retention.Group.MaxAge = TimeSpan.FromMilliseconds(300);
        });
        var old = await h.AddAsync(Team);
        var kept = await h.AddAsync(Bob);
        var latest = old;
        LogPage? page = null;
        await Eventually.That("the first entry has expired, a later one has not", async () =>
        {
            latest = await h.AddAsync(Team);
            page = await h.ReadAsync(Team);
            return page.State.Removed >= old && page.Entries.Count > 0;
        });
        page!.Entries[^1].Position.Should().Be(latest);
        ShouldBeChained(page.Entries, page.State.Removed);
        (await h.PositionsAsync(Bob)).Should().Equal(kept);
    }

    [Fact]
    public async Task A_consumed_log_issues_no_position_twice()
    {
        await using var h = await CreateAsync(o => o.Delivery.AckGrace = TimeSpan.Zero);
        await h.OpenAsync("bob", "phone");
        var last = WsmqPosition.Start;
        for (var i = 0; i < 5; i++)
        {
            var position = await h.AddAsync(Bob);
            position.Should().BeGreaterThan(last);
            await h.AckAsync("bob", "phone", position);
            LogPage? page = null;
            await Eventually.That("consumed entries are removed", async () => (page = await h.ReadAsync(Bob)).Entries.Count == 0);
            page!.State.Should().Be(new LogState(position, position, position, 0));
            last = position;
        }
    }

    [Fact]
    public async Task A_new_entry_names_its_predecessor_even_if_that_was_removed()
    {
        await using var h = await CreateAsync(o => o.Delivery.AckGrace = TimeSpan.Zero);
        await h.OpenAsync("bob", "phone");
        var first = await h.AddAsync(Bob);
        await h.AckAsync("bob", "phone", first);
        await Eventually.That("it is removed", async () => (await h.PositionsAsync(Bob)).Length == 0);
        await h.AddAsync(Bob);
        (await h.ReadAsync(Bob)).Entries.Single().Previous.Should().Be(first);
    }

    [Fact]
    public async Task All_data_survives_a_restart()
    {
        await using var h = await CreateAsync(o => o.Retention.MaxCount = 3);
        await h.Store.Memberships.AddAsync("team", "bob", default);
        await h.OpenAsync("bob", "phone");
        var p = await h.AddManyAsync(Bob, 5);
        await h.AckAsync("bob", "phone", p[3]);
        var again = StoreHarness.Message(Bob, "ann", "1");
        var first = (await h.AppendAsync(again))[0].Position;
        var before = await h.ReadAsync(Bob);

        await h.RestartAsync();

        var page = await h.ReadAsync(Bob);
        page.State.Should().Be(before.State);
        page.Entries.Select(e => (e.Position, e.Previous)).Should().Equal(before.Entries.Select(e => (e.Position, e.Previous)));
        (await h.OpenAsync("bob", "phone")).Should().Be(p[3]);
        (await h.Store.Memberships.IsMemberAsync("team", "bob", default)).Should().BeTrue();
        (await h.AppendAsync(again))[0].Should().Be(new AppendResult(first, true));
        (await h.AddAsync(Bob)).Should().BeGreaterThan(first);
        (await h.Store.IsAvailableAsync(default)).Should().BeTrue();
    }
}
