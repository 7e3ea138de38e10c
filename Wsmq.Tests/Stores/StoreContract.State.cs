using System.Text;
using Wsmq.Server.Framing;
using Wsmq.Server.Publishing;
using Wsmq.Server.Stores;

namespace Wsmq.Tests.Stores;

// State of addresses, expected tails, and readers that are new.
public abstract partial class StoreContract
{
    [Fact]
    public async Task The_newest_entry_of_each_key_stays_when_the_log_removes_it()
    {
        await using var h = await CreateAsync(o => o.Retention.MaxCount = 2);
        var first = Setting(h, Bob, "a", "a1");
        var results = await h.AppendAsync(first, Setting(h, Bob, "b", "b1"), Setting(h, Bob, "a", "a2"), h.New(Bob), h.New(Bob), h.New(Bob));

        var log = await h.ReadAsync(Bob);
        var state = await ReadStateAsync(h, Bob);

        log.Entries.Select(e => e.Position).Should().Equal(results[4].Position, results[5].Position);
        state.Entries.Select(e => (e.Position, StoreHarness.Text(e))).Should().Equal((results[1].Position, "b1"), (results[2].Position, "a2"));
        state.Entries.Select(e => Encoding.UTF8.GetString(e.Metadata.Span)).Should().Equal("meta:b1", "meta:a2");
        state.State.Should().Be(log.State);
        (await h.AppendAsync(first)).Single().Should().Be(new AppendResult(results[0].Position, true));
        (await StateTextsAsync(h, Bob)).Should().Equal(["b1", "a2"], "a repeat replaces nothing");
        await h.RestartAsync();
        (await StateTextsAsync(h, Bob)).Should().Equal("b1", "a2");
    }

    [Fact]
    public async Task State_stays_when_all_devices_have_acknowledged_it_and_the_grace_is_over()
    {
        await using var h = await CreateAsync(o => o.Delivery.AckGrace = TimeSpan.Zero);
        await h.OpenAsync("bob", "phone");
        var position = (await h.AppendAsync(Setting(h, Bob, "a", "a1"))).Single().Position;
        (await h.PositionsAsync(Bob)).Should().Equal(position);

        await h.AckAsync("bob", "phone", position);

        await Eventually.That("it is removed from the log", async () => (await h.PositionsAsync(Bob)).Length == 0);
        var page = await ReadStateAsync(h, Bob);
        page.Entries.Single().Position.Should().Be(position);
        page.State.Should().Be(new LogState(position, position, position, 0));
    }

    [Fact]
    public async Task An_entry_that_removes_a_key_is_an_entry_of_the_log_and_the_state_of_its_key_is_gone()
    {
        await using var h = await CreateAsync();
        await h.AppendAsync(Setting(h, Bob, "a", "a1"), Setting(h, Bob, "b", "b1"));

        var results = await h.AppendAsync(Removing(h, Bob, "a", "-a"), Removing(h, Bob, "missing", "-missing"));

        results.Should().OnlyContain(r => r.IsStored && !r.Duplicate);
        (await h.ReadAsync(Bob)).Entries.Select(StoreHarness.Text).Should().Equal("a1", "b1", "-a", "-missing");
        (await StateTextsAsync(h, Bob)).Should().Equal("b1");
        await h.AppendAsync(Setting(h, Bob, "a", "a2"));
        (await StateTextsAsync(h, Bob)).Should().Equal("b1", "a2");
        await h.AppendAsync(Removing(h, Bob, "b"), Removing(h, Bob, "a"));
        (await StateTextsAsync(h, Bob)).Should().BeEmpty();
    }

    [Fact]
    public async Task State_is_read_in_the_order_of_positions_between_two_of_them_and_in_pages()
    {
        await using var h = await CreateAsync();
        var names = Enumerable.Range(0, 40).Select(i => $"k{i}").ToArray();
        await h.AppendAsync([.. names.Reverse().Select(n => Setting(h, Bob, n, "old"))]);
        await h.AddAsync(Bob);
        var p = (await h.AppendAsync([.. names.Select(n => Setting(h, Bob, n, n))])).Select(r => r.Position).ToArray();

        (await ReadStateAsync(h, Bob)).Entries.Select(e => (e.Position, StoreHarness.Text(e))).Should().Equal(p.Zip(names));
        (await ReadStateAsync(h, Bob, p[1], p[5])).Entries.Select(e => e.Position).Should().Equal(p[2..6]);
        (await ReadStateAsync(h, Bob, p[1], p[5], maxEntries: 3)).Entries.Select(e => e.Position).Should().Equal(p[2..5]);
        (await ReadStateAsync(h, Bob, p[5], p[5])).Entries.Should().BeEmpty();
        (await ReadStateAsync(h, Bob, p[5], p[1])).Entries.Should().BeEmpty();
        (await ReadStateAsync(h, Bob, through: WsmqPosition.Start)).Entries.Should().BeEmpty();
        (await ReadStateAsync(h, Bob, through: new WsmqPosition(p[0].Value - 1))).Entries.Should().BeEmpty();
        var all = new List<WsmqPosition>();
        while ((await ReadStateAsync(h, Bob, all.LastOrDefault(), p[^1], maxEntries: 7)).Entries is { Count: > 0 } page)
            all.AddRange(page.Select(e => e.Position));
        all.Should().Equal(p);
    }

    [Fact]
    public async Task A_read_of_state_ends_at_the_byte_limit_but_returns_at_least_one_entry()
    {
        await using var h = await CreateAsync();
        await h.AppendAsync([.. Enumerable.Range(0, 4).Select(i => new AppendRequest(Bob, "ann", $"{i}", new byte[40], new byte[60]) { Log = new LogTerms { StateKey = $"{i}" } })]);

        foreach (var (bytes, count) in new[] { (1, 1), (100, 1), (101, 2), (200, 2), (1_000, 4) })
            (await ReadStateAsync(h, Bob, maxBytes: bytes)).Entries.Should().HaveCount(count, $"the limit is {bytes}");
    }

    [Fact]
    public async Task What_is_replaced_between_two_pages_is_in_the_log_after_the_last_position_of_the_pages()
    {
        await using var h = await CreateAsync();
        await h.AppendAsync([.. new[] { "a", "b", "c", "d" }.Select(k => Setting(h, Bob, k, k + "1"))]);
        var through = (await h.StateAsync(Bob)).Tail;
        var first = (await ReadStateAsync(h, Bob, default, through, maxEntries: 2)).Entries;

        await h.AppendAsync(Setting(h, Bob, "a", "a2"), Setting(h, Bob, "c", "c2"), Removing(h, Bob, "b", "-b"), Setting(h, Bob, "e", "e1"));

        var second = (await ReadStateAsync(h, Bob, first[^1].Position, through, maxEntries: 2)).Entries;
        first.Concat(second).Select(StoreHarness.Text).Should().Equal("a1", "b1", "d1");
        (await h.ReadAsync(Bob, through)).Entries.Select(StoreHarness.Text).Should().Equal("a2", "c2", "-b", "e1");
        (await StateTextsAsync(h, Bob)).Should().Equal("d1", "a2", "c2", "e1");
    }

    [Fact]
    public async Task A_batch_may_change_many_keys_of_an_address_several_times()
    {
        await using var h = await CreateAsync();
        var changes = Enumerable.Range(0, 600).Select(i => (Key: $"k{i * 7 % 50}", Removes: i % 11 == 0, Text: $"{i}")).ToArray();

        await h.AppendAsync([.. changes.Select(c => c.Removes ? Removing(h, Bob, c.Key, c.Text) : Setting(h, Bob, c.Key, c.Text))]);

        (await h.ReadAsync(Bob)).Entries.Should().HaveCount(600);
        var expected = changes.Index().GroupBy(c => c.Item.Key, (_, ofKey) => ofKey.Last()).Where(c => !c.Item.Removes).OrderBy(c => c.Index);
        (await StateTextsAsync(h, Bob)).Should().Equal(expected.Select(c => c.Item.Text));
    }

    [Fact]
    public async Task Each_address_has_state_of_its_own()
    {
        await using var h = await CreateAsync();
        WsmqAddress[] addresses = [Bob, WsmqAddress.Group("bob"), Team, WsmqAddress.User("team"), .. Enumerable.Range(0, 20).Select(i => WsmqAddress.User($"u:{i}"))];
        await h.AppendAsync([.. addresses.Select(a => Setting(h, a, "k", $"{a}")), h.New(Cat)]);

        foreach (var address in addresses)
            (await StateTextsAsync(h, address)).Should().Equal($"{address}");
        (await ReadStateAsync(h, Cat)).Entries.Should().BeEmpty();
        var unknown = await ReadStateAsync(h, WsmqAddress.User("nobody"));
        unknown.Entries.Should().BeEmpty();
        unknown.State.Should().Be(default(LogState));
        await h.AppendAsync(Removing(h, Bob, "k"));
        (await StateTextsAsync(h, Bob)).Should().BeEmpty();
        (await StateTextsAsync(h, WsmqAddress.Group("bob"))).Should().Equal("group:bob");
    }

    [Fact]
    public async Task Keys_and_contents_of_state_are_any_text_and_any_bytes()
    {
        await using var h = await CreateAsync();
        string[] names = ["}:{", "ä:1", " ", "a\"'\\", "A", "a", new string('ü', 64)];
        var large = new byte[256 * 1024];
        new Random(1).NextBytes(large);
        await h.AppendAsync([.. names.Select(n => Setting(h, Bob, n, n)), Setting(h, Bob, "large", "x") with { Body = large, Metadata = new byte[] { 0, 255 } }]);
        await h.AppendAsync([.. names.Select(n => Setting(h, Bob, n, n + "2"))]);

        var entries = (await ReadStateAsync(h, Bob)).Entries;

        entries[0].Body.ToArray().Should().Equal(large);
        entries[0].Metadata.ToArray().Should().Equal(0, 255);
        entries.Skip(1).Select(StoreHarness.Text).Should().Equal(names.Select(n => n + "2"));
    }

    [Fact]
    public async Task The_number_of_keys_is_limited_and_a_key_that_exists_may_be_replaced_and_removed()
    {
        await using var h = await CreateAsync();
        var two = new LogTerms { MaxStateKeys = 2 };
        var third = Setting(h, Bob, "c", "c1", two);

        var results = await h.AppendAsync(Setting(h, Bob, "a", "a1", two), Setting(h, Bob, "b", "b1", two), third, h.New(Bob, "no state"));

        results.Select(r => r.IsStateFull).Should().Equal(false, false, true, false);
        results[2].IsStored.Should().BeFalse();
        (await h.ReadAsync(Bob)).Entries.Select(StoreHarness.Text).Should().Equal("a1", "b1", "no state");
        (await h.AppendAsync(Setting(h, Bob, "a", "a2", two))).Single().IsStored.Should().BeTrue("it replaces one");
        await h.RestartAsync();
        (await h.AppendAsync(third)).Single().Should().Be(AppendResult.StateFull);
        (await h.AppendAsync(Removing(h, Bob, "b", limits: new LogTerms { MaxStateKeys = 0, MaxStateBytes = 0 }), third)).Should().OnlyContain(r => r.IsStored && !r.Duplicate);
        (await StateTextsAsync(h, Bob)).Should().Equal("a2", "c1");
        (await h.AppendAsync(Setting(h, Team, "a", "a1", new LogTerms { MaxStateKeys = 0 }))).Single().Should().Be(AppendResult.StateFull);
        (await h.Store.Inspection.FindAsync(Team, default)).Should().BeNull("what is refused creates no address");
    }

    [Fact]
    public async Task The_bytes_of_keys_and_entries_are_limited_and_replacing_one_adds_the_difference()
    {
        await using var h = await CreateAsync();

        // Each entry takes 8 more.
        AppendRequest Of(string key, int bytes, int most) =>
            Sized(h, Bob, bytes) with { Log = new LogTerms { StateKey = key, MaxStateBytes = most } };
        async Task<bool> FitsAsync(string key, int bytes, int most) => !(await h.AppendAsync(Of(key, bytes, most))).Single().IsStateFull;

        (await FitsAsync("ä", 100, 109)).Should().BeFalse("the key takes two");
        (await FitsAsync("ä", 100, 110)).Should().BeTrue();
        (await FitsAsync("b", 100, 218)).Should().BeFalse();
        (await FitsAsync("b", 100, 219)).Should().BeTrue();
        await h.RestartAsync();
        (await FitsAsync("b", 101, 219)).Should().BeFalse();
        (await FitsAsync("b", 100, 219)).Should().BeTrue();
        (await FitsAsync("b", 50, 219)).Should().BeTrue();
        (await FitsAsync("c", 42, 219)).Should().BeFalse();
        (await FitsAsync("c", 41, 219)).Should().BeTrue();
        await h.AppendAsync(Removing(h, Bob, "ä"), Removing(h, Bob, "b"), Removing(h, Bob, "b"));
        var results = await h.AppendAsync(Of("d", 160, 219), Of("e", 160, 219), Of("d", 161, 219), Of("d", 160, 219));
        results.Select(r => r.IsStateFull).Should().Equal(false, true, true, false);
        (await ReadStateAsync(h, Bob)).Entries.Select(e => e.Bytes).Should().Equal(41, 160);
    }

    [Fact]
    public async Task A_message_with_an_expected_tail_is_stored_only_if_that_is_the_tail()
    {
        await using var h = await CreateAsync();
        var start = WsmqPosition.Start;

        (await h.AppendAsync(Expecting(h, Bob, new WsmqPosition(1)))).Should().Equal(AppendResult.Conflict(start));
        (await h.AppendAsync(Expecting(h, Bob, start) with { MayCreate = false })).Single().Refused.Should().BeTrue("that is judged before");
        (await h.Store.Inspection.FindAsync(Bob, default)).Should().BeNull("what is refused creates no address");
        var first = (await h.AppendAsync(Expecting(h, Bob, start, "first"))).Single();
        first.Should().BeEquivalentTo(new { Created = true, Duplicate = false, IsConflict = false, IsStored = true });
        (await h.AppendAsync(Expecting(h, Bob, start))).Should().Equal(AppendResult.Conflict(first.Position));
        (await h.AppendAsync(Expecting(h, Bob, StoreHarness.Beyond(first.Position)))).Single().Should().BeEquivalentTo(new { IsConflict = true, IsStored = false });
        (await h.StateAsync(Bob)).Tail.Should().Be(first.Position, "what is refused moves no tail");

        var second = (await h.AppendAsync(Expecting(h, Bob, first.Position, "second"))).Single();

        second.IsStored.Should().BeTrue();
        var entries = (await h.ReadAsync(Bob)).Entries;
        entries.Select(StoreHarness.Text).Should().Equal("first", "second");
        ShouldBeChained(entries, start);
    }

    [Fact]
    public async Task The_tail_is_that_of_the_entry_before_it_in_the_batch_and_outlives_the_entries()
    {
        await using var h = await CreateAsync(o => o.Delivery.AckGrace = TimeSpan.Zero);
        await h.OpenAsync("bob", "phone");
        var start = await h.AddAsync(Bob);
        await h.AckAsync("bob", "phone", start);
        await Eventually.That("it is removed", async () => (await h.PositionsAsync(Bob)).Length == 0);

        var results = await h.AppendAsync(
            Expecting(h, Bob, start, "first"), Expecting(h, Bob, start, "second"), Expecting(h, Team, WsmqPosition.Start), h.New(Bob, "any"), Expecting(h, Bob, start, "late"));

        results[1].Should().Be(AppendResult.Conflict(results[0].Position));
        results[4].Should().Be(AppendResult.Conflict(results[3].Position));
        results.Select(r => r.IsStored).Should().Equal(true, false, true, true, false);
        (await h.ReadAsync(Bob)).Entries.Select(StoreHarness.Text).Should().Equal("first", "any");
    }

    [Fact]
    public async Task A_repeat_is_known_although_the_tail_has_moved_and_a_refused_message_can_be_sent_again()
    {
        await using var h = await CreateAsync();
        AppendRequest Of(string id, WsmqPosition tail) => StoreHarness.Message(Bob, "ann", id, id) with { Log = new LogTerms { ExpectedTail = tail, StateKey = "k" } };
        var message = Of("1", WsmqPosition.Start);

        var results = await h.AppendAsync(message, message, Of("2", WsmqPosition.Start));

        results[1].Should().Be(new AppendResult(results[0].Position, Duplicate: true));
        results[2].Should().Be(AppendResult.Conflict(results[0].Position));
        (await StateTextsAsync(h, Bob)).Should().Equal("1");
        var again = await h.AppendAsync(Of("2", results[0].Position), message with { Log = new LogTerms { StateKey = "new", MaxStateKeys = 0 } });
        again.Select(r => (r.IsStored, r.Duplicate)).Should().Equal((true, false), (true, true));
        (await h.AppendAsync(message)).Should().Equal(results[1]);
        (await h.ReadAsync(Bob)).Entries.Select(StoreHarness.Text).Should().Equal("1", "2");
        (await StateTextsAsync(h, Bob)).Should().Equal("2");
    }

    [Fact]
    public async Task A_message_with_a_number_may_be_state()
    {
        await using var h = await CreateAsync();
        var producer = ProducerOf("p");
        AppendRequest Of(long number, int mostKeys) => Numbered(Bob, producer, number) with { Log = new LogTerms { StateKey = $"k{number % 2}", MaxStateKeys = mostKeys } };

        (await h.AppendAsync(Of(1, 1), Of(2, 1), Of(3, 1))).Select(r => r.IsStateFull).Should().Equal(false, true, false);
        (await h.AppendAsync(Of(1, 2), Of(2, 2), Of(3, 2))).Select(r => r.Duplicate).Should().Equal([true, false, true], "a refused one is not known");

        (await h.ReadAsync(Bob)).Entries.Select(StoreHarness.Text).Should().Equal("1", "3", "2");
        (await StateTextsAsync(h, Bob)).Should().Equal("3", "2");
    }

    [Fact]
    public async Task A_message_with_a_delay_becomes_or_removes_state_when_it_is_due()
    {
        await using var h = await CreateAsync();
        await h.AppendAsync(Of("a1", "a"), Of("b1", "b"));

        var waiting = await h.AppendAsync(Of("a2", "a") with { Delay = Soon }, Of("-b", "b", removes: true) with { Delay = Soon }, Of("c1", "c") with { Delay = Soon });

        waiting.Should().OnlyContain(r => r.IsWaiting);
        (await StateTextsAsync(h, Bob)).Should().Equal("a1", "b1");
        await h.AppendAsync(Of("b2", "b"));
        await h.RestartAsync();
        (await h.AppendAsync([.. (await DueAsync(h, Bob, 3)).Select(m => DueTerms.Restore(m, new WsmqOptions()))])).Should().OnlyContain(r => r.IsStored && !r.Duplicate);
        (await StateTextsAsync(h, Bob)).Should().Equal("a2", "c1");
        (await h.ReadAsync(Bob)).Entries.Select(StoreHarness.Text).Should().Equal("a1", "b1", "b2", "a2", "-b", "c1");
        (await h.AppendAsync(Of("d1", "d"), Of("e1", "e"))).Select(r => r.IsStateFull).Should().Equal([false, true], "what waited counts as others");
    }

    [Fact]
    public async Task A_message_with_a_delay_is_refused_when_it_is_sent_if_there_is_no_room_for_its_state()
    {
        await using var h = await CreateAsync();
        await h.AppendAsync(Setting(h, Bob, "a", "a1"));
        var (one, none) = (new LogTerms { MaxStateKeys = 1 }, new LogTerms { MaxStateKeys = 0 });
        var other = Setting(h, Bob, "b", "b1", one) with { Delay = Soon };

        (await h.AppendAsync(other, Setting(h, Bob, "a", "a2", one) with { Delay = Soon }, Removing(h, Bob, "a", limits: none) with { Delay = AnHour }))
            .Select(r => (r.IsStateFull, r.IsWaiting)).Should().Equal((true, false), (false, true), (false, true));

        await h.AppendAsync(Removing(h, Bob, "a"));
        (await h.AppendAsync(other)).Single().IsWaiting.Should().BeTrue("a refused message is not known by its id");
    }

    [Fact]
    public async Task A_message_that_is_due_and_finds_no_room_is_stored_and_no_state()
    {
        await using var h = await CreateAsync();
        await h.AppendAsync(Of("a1", "a"));
        await h.AppendAsync(Of("b1", "b") with { Delay = Soon }, Of("a2", "a") with { Delay = Soon });
        var options = new WsmqOptions { Publish = { MaxStateKeys = 1 } };

        (await h.AppendAsync([.. (await DueAsync(h, Bob, 2)).Select(m => DueTerms.Restore(m, options))])).Should().OnlyContain(r => r.IsStored);

        (await StateTextsAsync(h, Bob)).Should().Equal("a2");
        (await h.ReadAsync(Bob)).Entries.Select(StoreHarness.Text).Should().Equal("a1", "b1", "a2");
    }

    [Fact]
    public async Task A_device_is_new_until_it_has_acknowledged_something_wherever_its_cursor_is()
    {
        await using var h = await CreateAsync(o => o.Retention.MaxCount = 1);
        (await IsNewAsync(h, Bob, "empty")).Should().BeTrue();
        (await h.AckAsync("bob", "empty", WsmqPosition.Start)).Should().Be(AckResult.Done);
        (await IsNewAsync(h, Bob, "empty")).Should().BeTrue("the start acknowledges nothing");
        var p = await h.AddManyAsync(Bob, 3);
        foreach (var device in new[] { "at", "after", "never" })
            (await OpenNewAsync(h, Bob, device)).Should().Be(new OpenCursor(p[1]) { IsNew = true });
        (await h.AckAsync("bob", "never", StoreHarness.Beyond(p[2]))).Should().Be(AckResult.BeyondTail);

        (await h.AckAsync("bob", "at", p[1])).Should().Be(AckResult.Done);
        (await h.AckAsync("bob", "after", p[2])).Should().Be(AckResult.Done);

        await h.RestartAsync();
        (await OpenNewAsync(h, Bob, "at")).Should().Be(new OpenCursor(p[1]), "its cursor has not moved");
        (await OpenNewAsync(h, Bob, "after")).Should().Be(new OpenCursor(p[2]));
        (await IsNewAsync(h, Bob, "never")).Should().BeTrue();
        (await IsNewAsync(h, Bob, "never")).Should().BeTrue("to open it again changes nothing");
        await h.Log.ForgetDeviceAsync(Bob, "bob", "at", default);
        (await IsNewAsync(h, Bob, "at")).Should().BeTrue("it was forgotten");
    }

    [Fact]
    public async Task A_device_of_a_member_is_new_until_it_has_acknowledged_something_from_the_position_of_joining_on()
    {
        await using var h = await CreateAsync();
        var p = await h.AddManyAsync(Team, 2);
        await h.Store.Memberships.AddAsync("team", "bob", default);
        foreach (var device in new[] { "at", "after", "never" })
            (await OpenNewAsync(h, Team, device)).Should().Be(new OpenCursor(p[1]) { IsNew = true });
        var next = await h.AddAsync(Team);
        (await h.AckAsync(Team, "bob", "never", p[0])).Should().Be(AckResult.Done);

        (await h.AckAsync(Team, "bob", "at", p[1])).Should().Be(AckResult.Done);
        (await h.AckAsync(Team, "bob", "after", next)).Should().Be(AckResult.Done);

        await h.RestartAsync();
        (await OpenNewAsync(h, Team, "at")).Should().Be(new OpenCursor(p[1]), "its cursor has not moved");
        (await OpenNewAsync(h, Team, "after")).Should().Be(new OpenCursor(next));
        (await OpenNewAsync(h, Team, "never")).Should().Be(new OpenCursor(p[1]) { IsNew = true }, "what it has acknowledged was before it joined");
        await h.Log.ForgetDeviceAsync(Team, "bob", "at", default);
        (await IsNewAsync(h, Team, "at")).Should().BeTrue("it was forgotten");
        await h.Store.Memberships.RemoveAsync("team", "bob", default);
        await h.AddAsync(Team);
        await h.Store.Memberships.AddAsync("team", "bob", default);
        (await h.AckAsync(Team, "bob", "after", next)).Should().Be(AckResult.Done);
        (await IsNewAsync(h, Team, "after")).Should().BeTrue("a late ack is of the membership before");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Neither_a_failed_attempt_nor_a_dead_letter_ends_that_a_reader_is_new(bool group)
    {
        await using var h = await CreateAsync(o => o.DeadLetters.MaxAttempts = 2);
        var source = await ReaderAsync(h, group);
        var p = await h.AddAsync(source);
        await NackAsync(h, source, p, kind: NackKind.Silent);
        await NackAsync(h, source, p);
        (await OpenNewAsync(h, source, "phone")).Should().Be(new OpenCursor(WsmqPosition.Start, p, 1) { IsNew = true });

        (await NackAsync(h, source, p)).Outcome.Should().Be(NackOutcome.DeadLettered);

        (await OpenNewAsync(h, source, "phone")).Should().Be(new OpenCursor(p) { IsNew = true });
        (await h.AckAsync(source, "bob", "phone", p)).Should().Be(AckResult.Done);
        (await OpenNewAsync(h, source, "phone")).Should().Be(new OpenCursor(p));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_ack_of_the_start_leaves_a_reader_new_and_keeps_its_failed_attempts(bool group)
    {
        await using var h = await CreateAsync();
        var source = await ReaderAsync(h, group);
        var p = await h.AddAsync(source);
        await NackAsync(h, source, p, kind: NackKind.Silent);

        (await h.AckAsync(source, "bob", "phone", WsmqPosition.Start)).Should().Be(AckResult.Done);

        (await OpenNewAsync(h, source, "phone")).Should().Be(new OpenCursor(WsmqPosition.Start, p, 1) { IsNew = true });
    }

    // With the metadata that a node makes: of what waits nothing else is known when it is due.
    private static AppendRequest Of(string id, string key, bool removes = false) => StoreHarness.Message(Bob, "ann", id, id) with
    {
        Metadata = new EntryMetadata { Id = id, SentAt = 1, StateKey = key, RemovesState = removes }.ToBytes(),
        Log = new LogTerms { StateKey = key, RemovesState = removes, MaxStateKeys = 3 },
    };

    private static AppendRequest Setting(StoreHarness h, WsmqAddress to, string key, string body, LogTerms? limits = null) =>
        h.New(to, body) with { Log = (limits ?? new LogTerms()) with { StateKey = key } };

    private static AppendRequest Removing(StoreHarness h, WsmqAddress to, string key, string body = "", LogTerms? limits = null) =>
        h.New(to, body) with { Log = (limits ?? new LogTerms()) with { StateKey = key, RemovesState = true } };

    private static AppendRequest Expecting(StoreHarness h, WsmqAddress to, WsmqPosition tail, string body = "x") =>
        h.New(to, body) with { Log = new LogTerms { ExpectedTail = tail } };

    private static Task<LogPage> ReadStateAsync(
        StoreHarness h, WsmqAddress source, WsmqPosition after = default, WsmqPosition? through = null, int maxEntries = 1000, int maxBytes = 1 << 24) =>
        h.Log.ReadStateAsync(source, after, through ?? Last, maxEntries, maxBytes, default);

    private static async Task<string[]> StateTextsAsync(StoreHarness h, WsmqAddress source) =>
        [.. (await ReadStateAsync(h, source)).Entries.Select(StoreHarness.Text)];

    private static Task<OpenCursor> OpenNewAsync(StoreHarness h, WsmqAddress source, string device) => h.Log.OpenCursorAsync(source, "bob", device, default);

    private static async Task<bool> IsNewAsync(StoreHarness h, WsmqAddress source, string device) => (await OpenNewAsync(h, source, device)).IsNew;
}
