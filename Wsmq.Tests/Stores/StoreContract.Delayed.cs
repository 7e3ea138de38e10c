using System.Text;
using Wsmq.Server.Stores;

namespace Wsmq.Tests.Stores;

// Messages with a delay wait outside of their log.
public abstract partial class StoreContract
{
    private static readonly DelayTerms AnHour = new() { Delay = 3_600_000_000 };
    private static readonly DelayTerms Soon = new() { Delay = 200_000 };

    [Fact]
    public async Task A_message_with_a_delay_waits_and_is_appended_by_its_key_once()
    {
        await using var h = await CreateAsync();
        var before = h.Store.Now;
        var (waiting, immediate) = (h.New(Bob, "waits") with { Delay = Soon }, h.New(Bob, "at once"));

        var results = await h.AppendAsync(waiting, immediate);

        results[0].Should().BeEquivalentTo(new { IsWaiting = true, Duplicate = false, IsStored = true, PositionText = (string?)null });
        results[0].Position.Value.Should().BeGreaterThanOrEqualTo(before + Soon.Delay - ClockError);
        results[1].IsWaiting.Should().BeFalse();
        (await h.PositionsAsync(Bob)).Should().Equal(results[1].Position);

        var due = await DueAsync(h, Bob, 1);
        due.Single().To.Should().Be(Bob);
        var appended = await h.AppendAsync([.. due, .. due]);
        appended[0].Should().BeEquivalentTo(new { IsWaiting = false, Duplicate = false });
        appended[0].Position.Should().BeGreaterThanOrEqualTo(results[0].Position, "it is not appended early");
        appended[1].Duplicate.Should().BeTrue();
        var entries = (await h.ReadAsync(Bob)).Entries;
        entries.Select(StoreHarness.Text).Should().Equal("at once", "waits");
        entries[1].Previous.Should().Be(entries[0].Position);
        entries[1].Metadata.ToArray().Should().Equal(waiting.Metadata.ToArray());
        (await h.Store.Delayed.DueAsync(h.Log.AppenderOf(Bob), default)).Should().BeEquivalentTo(new { Messages = Array.Empty<AppendRequest>(), Wait = (TimeSpan?)null });
    }

    [Fact]
    public async Task Messages_are_due_in_the_order_of_their_times_and_those_of_one_time_in_that_of_sending()
    {
        await using var h = await CreateAsync();
        var at = h.Store.Now + 2_000_000;
        AppendRequest Of(string body, long notBefore) => h.New(Bob, body) with { Delay = new DelayTerms { NotBefore = notBefore } };
        await h.AppendAsync(Of("2", at), Of("1", at - 200_000), Of("3", at));
        await h.AppendAsync(Of("4", at), Of("0", at - 400_000));

        await AppendDueAsync(h, Bob, 5);

        (await h.ReadAsync(Bob)).Entries.Select(StoreHarness.Text).Should().Equal("0", "1", "2", "3", "4");
    }

    [Fact]
    public async Task A_time_in_the_past_is_none_and_with_a_delay_the_later_time_counts()
    {
        await using var h = await CreateAsync();
        var now = h.Store.Now;

        var results = await h.AppendAsync(
            h.New(Bob) with { Delay = new DelayTerms { NotBefore = 1 } },
            h.New(Bob) with { Delay = new DelayTerms { NotBefore = now + 7_200_000_000, Delay = 3_600_000_000 } },
            h.New(Bob) with { Delay = new DelayTerms { NotBefore = now + 60_000_000, Delay = 3_600_000_000 } },
            h.New(Bob) with { Delay = new DelayTerms { Delay = long.MaxValue, NotBefore = long.MaxValue } });

        results[0].IsWaiting.Should().BeFalse();
        (await h.PositionsAsync(Bob)).Should().Equal(results[0].Position);
        results[1].Position.Value.Should().Be(now + 7_200_000_000);
        results[2].Position.Value.Should().BeCloseTo(now + 3_600_000_000, 60_000_000);
        results[3].IsWaiting.Should().BeTrue();
    }

    [Fact]
    public async Task A_repeat_of_a_message_that_waits_changes_nothing()
    {
        await using var h = await CreateAsync();
        var message = StoreHarness.Message(Bob, "ann", "m") with { Delay = Soon };
        var again = await h.AppendAsync(message, message);
        again.Select(r => (r.IsWaiting, r.Duplicate)).Should().Equal((true, false), (false, true));
        (await h.AppendAsync(message, message with { Delay = null }, message with { Delay = AnHour }))
            .Should().OnlyContain(r => r.Duplicate && r.PositionText == null);
        (await h.AppendAsync(message with { Sender = "eve" }))[0].Duplicate.Should().BeFalse();

        await h.AppendAsync([.. await DueAsync(h, Bob, 2)]);
        (await h.AppendAsync(message, message with { Delay = null })).Should().OnlyContain(r => r.Duplicate);
        (await h.PositionsAsync(Bob)).Should().HaveCount(2);
    }

    [Fact]
    public async Task A_message_that_waits_for_longer_than_the_deduplication_window_is_known_by_its_id()
    {
        await using var h = await CreateAsync(o => o.Publish.DeduplicationWindow = TimeSpan.FromMilliseconds(100));
        var (message, other) = (StoreHarness.Message(Bob, "ann", "m") with { Delay = AnHour }, StoreHarness.Message(Bob, "ann", "n"));
        await h.AppendAsync(message, other);
        await Eventually.That("the window is over", async () => !(await h.AppendAsync(other))[0].Duplicate);

        (await h.AppendAsync(message))[0].Duplicate.Should().BeTrue();
    }

    [Fact]
    public async Task A_message_that_is_cancelled_is_not_due_and_only_its_sender_can_cancel_it()
    {
        await using var h = await CreateAsync();
        await h.AppendAsync([.. new[] { "a", "b", "c" }.Select(id => StoreHarness.Message(Bob, "ann", id, id) with { Delay = Soon })]);

        (await h.Store.Delayed.CancelAsync(Bob, "eve", "b", default)).Should().BeFalse();
        (await h.Store.Delayed.CancelAsync(Team, "ann", "b", default)).Should().BeFalse();
        (await h.Store.Delayed.CancelAsync(Bob, "ann", "b", default)).Should().BeTrue();
        (await h.Store.Delayed.CancelAsync(Bob, "ann", "b", default)).Should().BeFalse();

        await h.AppendAsync([.. await DueAsync(h, Bob, 2)]);
        (await h.ReadAsync(Bob)).Entries.Select(StoreHarness.Text).Should().Equal("a", "c");
        (await h.Store.Delayed.CancelAsync(Bob, "ann", "a", default)).Should().BeFalse("it is in the log");
        (await h.AppendAsync(StoreHarness.Message(Bob, "ann", "b"))).Single().Duplicate.Should().BeTrue("its id is known for the window");
    }

    [Fact]
    public async Task Messages_wait_over_a_restart()
    {
        await using var h = await CreateAsync();
        await h.AppendAsync(h.New(Bob, "later") with { Delay = Soon }, h.New(Bob, "much later") with { Delay = AnHour });

        await h.RestartAsync();

        await h.AppendAsync([.. await DueAsync(h, Bob, 1)]);
        (await h.ReadAsync(Bob)).Entries.Select(StoreHarness.Text).Should().Equal("later");
        (await h.Store.Delayed.DueAsync(h.Log.AppenderOf(Bob), default)).Wait.Should().BeGreaterThan(TimeSpan.FromMinutes(30));
    }

    [Fact]
    public async Task As_many_messages_of_a_sender_wait_as_may()
    {
        await using var h = await CreateAsync();
        var two = new DelayTerms { Delay = Soon.Delay, MaxWaiting = 2 };
        AppendRequest Of(string sender, string id) => StoreHarness.Message(Bob, sender, id) with { Delay = two };

        (await h.AppendAsync(Of("ann", "1"), Of("ann", "2"), Of("ann", "3"), Of("eve", "1"))).Select(r => r.IsTooManyWaiting)
            .Should().Equal(false, false, true, false);
        (await h.AppendAsync(StoreHarness.Message(Bob, "ann", "4") with { Delay = Soon })).Single().IsStored.Should().BeTrue("it has no limit");
        await h.Store.Delayed.CancelAsync(Bob, "ann", "1", default);
        await h.Store.Delayed.CancelAsync(Bob, "ann", "4", default);
        (await h.AppendAsync(Of("ann", "3"))).Single().IsStored.Should().BeTrue("a refused message is not known by its id");
        await h.AppendAsync([.. await DueAsync(h, Bob, 3)]);
        (await h.AppendAsync(Of("ann", "5"), Of("ann", "6"))).Should().OnlyContain(r => r.IsWaiting);
    }

    [Fact]
    public async Task A_message_that_is_due_when_it_is_sent_waits_behind_those_that_are_due_and_still_wait()
    {
        await using var h = await CreateAsync();
        AppendRequest Of(string body, long notBefore) => h.New(Bob, body) with { Delay = new DelayTerms { NotBefore = notBefore } };
        var at = (await h.AppendAsync(h.New(Bob, "0") with { Delay = Soon }))[0].Position.Value;
        await Eventually.That("it is due", () => h.Store.Now > at + ClockError);

        var later = await h.AppendAsync(Of("1", at), Of("2", at - 1), h.New(Bob, "at once"));

        later.Select(r => r.IsWaiting).Should().Equal(true, true, false);
        await AppendDueAsync(h, Bob, 4);
        (await h.ReadAsync(Bob)).Entries.Select(StoreHarness.Text).Should().Equal("at once", "0", "1", "2");
    }

    [Fact]
    public async Task A_repeat_is_known_before_it_is_counted()
    {
        await using var h = await CreateAsync();
        var message = StoreHarness.Message(Bob, "ann", "1") with { Delay = new DelayTerms { Delay = 3_600_000_000, MaxWaiting = 1 } };
        (await h.AppendAsync(message)).Single().IsWaiting.Should().BeTrue();

        (await h.AppendAsync(message)).Single().Duplicate.Should().BeTrue();
    }

    [Fact]
    public async Task A_message_that_waits_may_create_its_address_only_if_it_is_allowed_to()
    {
        await using var h = await CreateAsync();
        var results = await h.AppendAsync(
            h.New(Bob) with { Delay = AnHour, MayCreate = false }, h.New(Team) with { Delay = AnHour, MayCreate = true });
        results.Select(r => (r.Refused, r.IsWaiting, r.Created)).Should().Equal((true, false, false), (false, true, true));
        (await h.AppendAsync(h.New(Team) with { Delay = AnHour, MayCreate = false }, h.New(Team))).Should().OnlyContain(r => r.IsStored && !r.Created);
        await h.AddAsync(Bob);
        (await h.AppendAsync(h.New(Bob) with { Delay = AnHour, MayCreate = false })).Single()
            .Should().BeEquivalentTo(new { Refused = false, IsWaiting = true, Created = false });
    }

    [Fact]
    public async Task Delays_of_many_addresses_are_apart_from_each_other_and_from_numbers()
    {
        await using var h = await CreateAsync();
        var producer = ProducerOf("p");
        var addresses = Enumerable.Range(0, 40).Select(i => WsmqAddress.User($"u{i}")).ToArray();
        await h.AppendAsync([.. addresses.Select((a, i) => i % 2 == 0 ? h.New(a, "w") with { Delay = Soon } : Numbered(a, producer, i + 1))]);

        foreach (var lane in addresses.Where((_, i) => i % 2 == 0).GroupBy(h.Log.AppenderOf))
            await h.AppendAsync([.. await DueAsync(h, lane.First(), lane.Count())]);

        foreach (var address in addresses)
            (await h.PositionsAsync(address)).Should().ContainSingle();
    }

    [Fact]
    public async Task The_messages_that_are_due_come_in_parts()
    {
        await using var h = await CreateAsync();
        await h.AppendAsync([.. Enumerable.Range(0, 500).Select(i => h.New(Bob, $"{i}") with { Delay = Soon })]);
        var appended = 0;
        await Eventually.That("all are due", async () =>
        {
            var part = await h.Store.Delayed.DueAsync(h.Log.AppenderOf(Bob), default);
            part.Messages.Count.Should().BeLessThanOrEqualTo(IDelayedMessages.MostDue);
            await h.AppendAsync([.. part.Messages]);
            return (appended += part.Messages.Count) == 500;
        });
        (await h.ReadAsync(Bob)).Entries.Select(StoreHarness.Text).Should().Equal(Enumerable.Range(0, 500).Select(i => $"{i}"));
    }

    [Fact]
    public async Task The_messages_that_wait_at_an_address_are_listed_page_by_page_in_the_order_of_their_times()
    {
        await using var h = await CreateAsync();
        var at = h.Store.Now + 3_600_000_000;
        AppendRequest Of(WsmqAddress to, string body, long notBefore) => h.New(to, body) with { Delay = new DelayTerms { NotBefore = notBefore } };
        await h.AppendAsync([.. Enumerable.Range(0, 6).Select(i => Of(Bob, $"same {i}", at))]);
        await h.AppendAsync(Of(Bob, "last", at + 1), Of(Bob, "first", at - 1), Of(Team, "another address", at), h.New(Bob, "at once"));

        var (pages, next) = (new List<DelayedHead[]>(), (string?)null);
        do
        {
            var page = await h.Store.Delayed.ListAsync(Bob, next, 3, 4, default);
            pages.Add([.. page.Items]);
            next = page.Next;
        }
        while (next is not null && pages.Count < 9);

        var all = pages.SelectMany(p => p).ToArray();
        pages.Should().OnlyContain(p => p.Length <= 3);
        all.Select(m => Encoding.UTF8.GetString(m.Metadata.Span)["meta:".Length..])
            .Should().Equal(["first", .. Enumerable.Range(0, 6).Select(i => $"same {i}"), "last"]);
        all.Select(m => m.Due).Should().Equal([at - 1, .. Enumerable.Repeat(at, 6), at + 1]);
        (Encoding.UTF8.GetString(all[0].BodyStart.Span), all[0].BodyBytes).Should().Be(("firs", 5L));
        all.Select(m => m.Key).Should().OnlyHaveUniqueItems();
        (await h.Store.Delayed.ListAsync(WsmqAddress.User("nobody"), null, 3, 0, default)).Should()
            .BeEquivalentTo(new { Items = Array.Empty<DelayedHead>(), Next = (string?)null });
        (await h.Store.Delayed.ListAsync(Team, null, 1, 0, default)).Items.Single().BodyStart.IsEmpty.Should().BeTrue();
        foreach (var wrong in new[] { "", "x", "7", "7-", "-7", "7-x", $"7-{new string('7', 40)}" })
        {
            (await h.Store.Delayed.Awaiting(d => d.ListAsync(Bob, wrong, 3, 0, default)).Should().ThrowAsync<WsmqException>(wrong))
                .Which.Error.Should().Be(WsmqErrors.InvalidMessage);
        }
    }

    [Fact]
    public async Task A_list_goes_on_although_the_message_at_the_end_of_a_page_waits_no_longer()
    {
        await using var h = await CreateAsync();
        var at = new DelayTerms { NotBefore = h.Store.Now + 3_600_000_000 };
        await h.AppendAsync([.. Enumerable.Range(0, 9).Select(i => StoreHarness.Message(Bob, "ann", $"{i}", $"{i}") with { Delay = at })]);
        var first = await h.Store.Delayed.ListAsync(Bob, null, 4, 0, default);
        foreach (var id in new[] { "0", "3", "4" })
            (await h.Store.Delayed.CancelAsync(Bob, "ann", id, default)).Should().BeTrue();

        (await BodiesAsync(h, Bob, first.Next)).Should().Equal("5", "6", "7", "8");
    }

    [Fact]
    public async Task A_list_of_large_messages_comes_in_parts()
    {
        await using var h = await CreateAsync();
        var body = new string('x', 400_000);
        await h.AppendAsync([.. Enumerable.Range(0, 5).Select(i => h.New(Bob, body) with { Delay = AnHour })]);

        var page = await h.Store.Delayed.ListAsync(Bob, null, 100, 10, default);

        page.Items.Count.Should().BeInRange(1, 3);
        page.Items.Should().OnlyContain(m => m.BodyBytes == 400_000 && m.BodyStart.Length == 10);
        (await BodiesAsync(h, Bob, page.Next)).Count.Should().Be(5 - page.Items.Count);
    }

    [Fact]
    public async Task A_message_of_any_sender_is_cancelled_by_its_key_and_only_at_its_address()
    {
        await using var h = await CreateAsync();
        await h.AppendAsync([.. new[] { "ann", "eve" }.Select(s => StoreHarness.Message(Bob, s, "m", s) with { Delay = Soon })]);
        var keys = (await h.Store.Delayed.ListAsync(Bob, null, 9, 0, default)).Items.Select(m => m.Key).ToArray();

        (await h.Store.Delayed.CancelAsync(Team, keys[0], default)).Should().BeFalse();
        (await h.Store.Delayed.CancelAsync(Bob, "", default)).Should().BeFalse();
        (await h.Store.Delayed.CancelAsync(Bob, "x", default)).Should().BeFalse();
        (await h.Store.Delayed.CancelAsync(Bob, new string('7', 21), default)).Should().BeFalse();
        (await h.Store.Delayed.CancelAsync(Bob, keys[0], default)).Should().BeTrue();
        (await h.Store.Delayed.CancelAsync(Bob, keys[0], default)).Should().BeFalse();

        (await h.AppendAsync(StoreHarness.Message(Bob, "ann", "m") with { Delay = new DelayTerms { Delay = 1, MaxWaiting = 1 } })).Single()
            .Duplicate.Should().BeTrue("its id is known for the window");
        (await h.AppendAsync(StoreHarness.Message(Team, "ann", "n") with { Delay = new DelayTerms { Delay = 3_600_000_000, MaxWaiting = 1 } }))
            .Single().IsWaiting.Should().BeTrue("it is not counted any more");
        await h.AppendAsync([.. await DueAsync(h, Bob, 1)]);
        (await h.ReadAsync(Bob)).Entries.Select(StoreHarness.Text).Should().Equal("eve");
        (await BodiesAsync(h, Bob, null)).Should().BeEmpty("what is in the log does not wait");
        (await h.Store.Delayed.CancelAsync(Bob, keys[1], default)).Should().BeFalse();
    }

    private static async Task<List<string>> BodiesAsync(StoreHarness h, WsmqAddress of, string? next)
    {
        var bodies = new List<string>();
        do
        {
            var page = await h.Store.Delayed.ListAsync(of, next, 100, 1_000, default);
            bodies.AddRange(page.Items.Select(m => Encoding.UTF8.GetString(m.BodyStart.Span)));
            next = page.Next;
        }
        while (next is not null && bodies.Count < 1_000);
        return bodies;
    }

    private static Task AppendDueAsync(StoreHarness h, WsmqAddress to, int count) => Eventually.That($"{count} are in the log", async () =>
    {
        await h.AppendAsync([.. (await h.Store.Delayed.DueAsync(h.Log.AppenderOf(to), default)).Messages]);
        return (await h.PositionsAsync(to)).Length == count;
    });

    // The clock of Redis is an estimate.
    private const long ClockError = 100_000;

    private static async Task<IReadOnlyList<AppendRequest>> DueAsync(StoreHarness h, WsmqAddress of, int count)
    {
        IReadOnlyList<AppendRequest> due = [];
        await Eventually.That($"{count} messages are due", async () =>
            (due = (await h.Store.Delayed.DueAsync(h.Log.AppenderOf(of), default)).Messages).Count == count);
        return due;
    }
}
