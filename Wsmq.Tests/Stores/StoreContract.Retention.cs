using Wsmq.Server.Logs;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Stores;

public abstract partial class StoreContract
{
    [Fact]
    public async Task Too_many_entries_go_from_the_old_end_and_what_is_missing_is_told_exactly()
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
    public async Task A_batch_larger_than_the_log_may_be_leaves_its_end()
    {
        await using var h = await CreateAsync(o => o.Retention.MaxCount = 3);
        var p = await h.AddManyAsync(Bob, 10);
        var page = await h.ReadAsync(Bob);
        page.Entries.Select(e => e.Position).Should().Equal(p[7], p[8], p[9]);
        page.State.Should().Be(new LogState(p[9], p[6], WsmqPosition.Start, 0));
    }

    [Fact]
    public async Task Each_kind_of_address_has_its_own_limit()
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
    public async Task Entries_that_grew_too_old_are_not_read_and_positions_go_on_behind_them()
    {
        await using var h = await CreateAsync(o => o.Retention.MaxAge = TimeSpan.FromMilliseconds(300));
        var old = await h.AddManyAsync(Bob, 3);
        LogPage? page = null;
        await Eventually.That("the entries grew too old", async () => (page = await h.ReadAsync(Bob)).Entries.Count == 0);
        page!.State.Should().Be(new LogState(old[2], old[2], WsmqPosition.Start, 0));

        var next = await h.AddAsync(Bob);
        next.Should().BeGreaterThan(old[2]);
        (await h.StateAsync(Bob)).Tail.Should().Be(next);
    }

    [Fact]
    public async Task Age_removes_the_old_ones_only()
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
        await Eventually.That("the first entry grew too old, a later one not yet", async () =>
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
    public async Task A_log_that_was_consumed_gives_no_position_twice()
    {
        await using var h = await CreateAsync(o => o.AckGrace = TimeSpan.Zero);
        await h.OpenAsync("bob", "phone");
        var last = WsmqPosition.Start;
        for (var i = 0; i < 5; i++)
        {
            var position = await h.AddAsync(Bob);
            position.Should().BeGreaterThan(last);
            await h.AckAsync("bob", "phone", position);
            LogPage? page = null;
            await Eventually.That("what is consumed is gone", async () => (page = await h.ReadAsync(Bob)).Entries.Count == 0);
            page!.State.Should().Be(new LogState(position, position, position, 0));
            last = position;
        }
    }

    [Fact]
    public async Task A_new_entry_names_the_one_before_although_that_is_gone()
    {
        await using var h = await CreateAsync(o => o.AckGrace = TimeSpan.Zero);
        await h.OpenAsync("bob", "phone");
        var first = await h.AddAsync(Bob);
        await h.AckAsync("bob", "phone", first);
        await Eventually.That("it is gone", async () => (await h.PositionsAsync(Bob)).Length == 0);
        await h.AddAsync(Bob);
        (await h.ReadAsync(Bob)).Entries.Single().Previous.Should().Be(first);
    }

    [Fact]
    public async Task Everything_is_there_after_a_restart()
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
