using Wsmq.Server.Stores;

namespace Wsmq.Tests.Stores;

public abstract partial class StoreContract
{
    [Fact]
    public async Task Entries_are_read_in_append_order_and_name_their_predecessor()
    {
        await using var h = await CreateAsync();
        var positions = (await h.AddManyAsync(Bob, 5)).Concat([await h.AddAsync(Bob), await h.AddAsync(Bob)]).ToArray();
        var page = await h.ReadAsync(Bob);
        page.Entries.Select(e => e.Position).Should().Equal(positions);
        page.Entries.Take(5).Select(StoreHarness.Text).Should().Equal("0", "1", "2", "3", "4");
        ShouldBeChained(page.Entries, WsmqPosition.Start);
        page.State.Should().Be(new LogState(positions[^1], WsmqPosition.Start, WsmqPosition.Start, 0));
    }

    [Fact]
    public async Task A_repeated_message_gets_the_first_position_and_changes_nothing()
    {
        await using var h = await CreateAsync();
        var first = (await h.AppendAsync(StoreHarness.Message(Bob, "ann", "1", "first")))[0];
        var again = (await h.AppendAsync(StoreHarness.Message(Bob, "ann", "1", "second")))[0];
        again.Should().Be(new AppendResult(first.Position, true));
        var page = await h.ReadAsync(Bob);
        page.Entries.Select(StoreHarness.Text).Should().Equal("first");
        page.State.Tail.Should().Be(first.Position);
    }

    [Fact]
    public async Task The_same_id_of_another_sender_or_at_another_address_is_another_message()
    {
        await using var h = await CreateAsync();
        var results = await h.AppendAsync(
            StoreHarness.Message(Bob, "ann", "1"), StoreHarness.Message(Bob, "eve", "1"),
            StoreHarness.Message(WsmqAddress.User("cat"), "ann", "1"), StoreHarness.Message(WsmqAddress.Group("bob"), "ann", "1"));
        results.Should().OnlyContain(r => !r.Duplicate);
        (await h.PositionsAsync(Bob)).Should().HaveCount(2);
        (await h.PositionsAsync(WsmqAddress.User("cat"))).Should().HaveCount(1);
        (await h.PositionsAsync(WsmqAddress.Group("bob"))).Should().HaveCount(1);
    }

    [Fact]
    public async Task A_message_that_is_twice_in_one_batch_is_stored_once()
    {
        await using var h = await CreateAsync();
        var results = await h.AppendAsync(
            StoreHarness.Message(Bob, "ann", "1", "a"), StoreHarness.Message(Bob, "ann", "2", "b"), StoreHarness.Message(Bob, "ann", "1", "c"));
        results.Select(r => r.Duplicate).Should().Equal(false, false, true);
        results[2].Position.Should().Be(results[0].Position);
        (await h.ReadAsync(Bob)).Entries.Select(StoreHarness.Text).Should().Equal("a", "b");
    }

    [Fact]
    public async Task A_message_is_new_again_after_the_deduplication_window()
    {
        await using var h = await CreateAsync(o => o.Publish.DeduplicationWindow = TimeSpan.FromMilliseconds(300));
        var first = (await h.AppendAsync(StoreHarness.Message(Bob, "ann", "1")))[0];
        AppendResult again = default;
        await Eventually.That("the id is forgotten", async () =>
            !(again = (await h.AppendAsync(StoreHarness.Message(Bob, "ann", "1")))[0]).Duplicate);
        again.Position.Should().BeGreaterThan(first.Position);
        (await h.PositionsAsync(Bob)).Should().Equal(first.Position, again.Position);
    }

    [Fact]
    public async Task An_id_is_remembered_after_its_entry_was_removed()
    {
        await using var h = await CreateAsync(o => o.Retention.MaxCount = 1);
        var first = (await h.AppendAsync(StoreHarness.Message(Bob, "ann", "1")))[0];
        await h.AddAsync(Bob);
        (await h.AppendAsync(StoreHarness.Message(Bob, "ann", "1")))[0].Should().Be(new AppendResult(first.Position, true));
    }

    [Fact]
    public async Task A_batch_over_several_addresses_reaches_each_in_order()
    {
        await using var h = await CreateAsync();
        WsmqAddress[] to = [Bob, Team, WsmqAddress.User("cat")];
        var results = await h.AppendAsync([.. Enumerable.Range(0, 30).Select(i => h.New(to[i % 3], $"{i}"))]);
        for (var a = 0; a < to.Length; a++)
        {
            var page = await h.ReadAsync(to[a]);
            page.Entries.Select(e => e.Position).Should().Equal(results.Where((_, i) => i % 3 == a).Select(r => r.Position));
            page.Entries.Select(StoreHarness.Text).Should().Equal(Enumerable.Range(0, 30).Where(i => i % 3 == a).Select(i => $"{i}"));
            ShouldBeChained(page.Entries, WsmqPosition.Start);
        }
    }

    [Fact]
    public async Task Concurrent_appends_leave_one_unbroken_chain()
    {
        await using var h = await CreateAsync();
        var writers = Enumerable.Range(0, 8).Select(w => Task.Run(async () =>
        {
            var own = new List<WsmqPosition>();
            for (var i = 0; i < 25; i++)
                own.Add(await h.AddAsync(i % 2 == 0 ? Bob : Team, $"{w}-{i}"));
            return own;
        })).ToArray();
        var pages = new List<LogPage>();
        while (!writers.All(w => w.IsCompleted))
            pages.Add(await h.ReadAsync(Bob));

        var given = (await Task.WhenAll(writers)).SelectMany(p => p.Where((_, i) => i % 2 == 0)).Order().ToArray();
        var entries = (await h.ReadAsync(Bob)).Entries;
        entries.Select(e => e.Position).Should().Equal(given);
        ShouldBeChained(entries, WsmqPosition.Start);
        foreach (var page in pages)
        {
            page.Entries.Select(e => e.Position).Should().Equal(given.Take(page.Entries.Count), "a page is a snapshot of the log");
            page.State.Tail.Should().Be(page.Entries.Count == 0 ? WsmqPosition.Start : page.Entries[^1].Position);
        }
    }

    [Fact]
    public async Task Calls_that_follow_one_another_without_waiting_are_executed_in_order()
    {
        await using var h = await CreateAsync();
        var lane = h.Log.AppenderOf(Bob);
        var calls = Enumerable.Range(0, 20)
            .Select(i => h.Log.Appenders[lane].AppendAsync([h.New(Bob, $"{2 * i}"), h.New(Bob, $"{(2 * i) + 1}")], follows: i > 0, default))
            .ToArray();
        var given = (await Task.WhenAll(calls)).SelectMany(r => r).ToArray();
        given.Should().OnlyContain(r => !r.Duplicate);
        var page = await h.ReadAsync(Bob);
        page.Entries.Select(e => e.Position).Should().Equal(given.Select(r => r.Position));
        page.Entries.Select(StoreHarness.Text).Should().Equal(Enumerable.Range(0, 40).Select(i => $"{i}"));
    }

    [Fact]
    public async Task Calls_that_follow_a_failed_call_fail_until_a_call_starts_anew()
    {
        await using var h = await CreateAsync();
        var lane = h.Log.AppenderOf(Bob);
        await h.AddAsync(Bob, "before");
        var failed = h.Log.Appenders[lane].AppendAsync([h.New(Bob, "1")], follows: false, new CancellationToken(canceled: true));
        var second = h.New(Bob, "2");
        var behind = h.Log.Appenders[lane].AppendAsync([second], follows: true, default);
        var further = h.Log.Appenders[lane].AppendAsync([h.New(Bob, "3")], follows: true, default);
        await FluentActions.Awaiting(() => failed).Should().ThrowAsync<OperationCanceledException>();
        await ShouldRefuseAsync(() => behind, WsmqErrors.StoreUnavailable);
        await ShouldRefuseAsync(() => further, WsmqErrors.StoreUnavailable);

        var again = h.Log.Appenders[lane].AppendAsync([h.New(Bob, "1")], follows: false, default);
        var next = h.Log.Appenders[lane].AppendAsync([second], follows: true, default);
        await Task.WhenAll(again, next);
        (await h.ReadAsync(Bob)).Entries.Select(StoreHarness.Text).Should().Equal("before", "1", "2");
    }

    [Fact]
    public async Task An_empty_batch_is_not_an_error()
    {
        await using var h = await CreateAsync();
        (await h.Log.Appenders[0].AppendAsync([], follows: false, default)).Should().BeEmpty();
        (await h.Log.AckAsync([], default)).Should().BeEmpty();
        (await h.Log.StatesAsync([], default)).Should().BeEmpty();
    }
}
