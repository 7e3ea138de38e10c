using System.Text;
using Wsmq.Server.Stores;

namespace Wsmq.Tests.Stores;

// What operators see of logs.
public abstract partial class StoreContract
{
    private static readonly WsmqPosition Last = new(WsmqPosition.MaxValue);

    [Fact]
    public async Task A_scan_in_pages_returns_every_address_with_its_figures()
    {
        await using var h = await CreateAsync();
        var addresses = Enumerable.Range(0, 90).Select(i => (i % 2 == 0 ? WsmqAddress.User($"ü:{i}") : WsmqAddress.Group($"g {i}"))).ToArray();
        await h.AppendAsync([.. addresses.Select(a => h.New(a, "12345"))]);
        var last = await h.AddAsync(addresses[7], "1234567890");
        await h.OpenAsync("device-only", "phone");

        var all = await ScanAsync(h, default(AddressFilter), max: 7);

        all.Select(a => a.Address).Distinct().Should().BeEquivalentTo(addresses.Append(WsmqAddress.User("device-only")));
        var figures = all.First(a => a.Address == addresses[7]);
        (figures.Entries, figures.Tail).Should().Be((2L, last));
        figures.Bytes.Should().BeGreaterThan(20);
        all.First(a => a.Address == addresses[8]).Entries.Should().Be(1);
        all.First(a => a.Address.Name == "device-only").Entries.Should().Be(0);
        (await h.Store.Inspection.FindAsync(addresses[7], default))!.Value.Tail.Should().Be(last);
        (await h.Store.Inspection.FindAsync(WsmqAddress.User("nobody"), default)).Should().BeNull();
    }

    [Theory]
    [InlineData(null, "bo", "group:bob group:bo/2 user:bob user:bobby")]
    [InlineData(WsmqAddressKind.User, "bo", "user:bob user:bobby")]
    [InlineData(WsmqAddressKind.User, "*bo", "")]
    [InlineData(WsmqAddressKind.User, "*by", "user:bobby")]
    [InlineData(WsmqAddressKind.Group, "b*/*", "group:bo/2")]
    [InlineData(WsmqAddressKind.Group, "*c*", "group:alice")]
    [InlineData(null, "*", "group:alice group:bob group:bo/2 user:bob user:bobby user:[x]?")]
    [InlineData(null, "[x]", "user:[x]?")]
    public async Task A_scan_finds_the_names_that_match(WsmqAddressKind? kind, string match, string expected)
    {
        await using var h = await CreateAsync();
        string[] names = ["user:bob", "user:bobby", "user:[x]?", "group:bob", "group:bo/2", "group:alice"];
        await h.AppendAsync([.. names.Select(n => h.New(WsmqAddress.Parse(n)))]);

        var found = await ScanAsync(h, new AddressFilter(kind, TextPattern.OfSearch(match)), max: 2);

        found.Select(a => a.Address.ToString()).Distinct().Should().BeEquivalentTo(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task What_no_page_has_returned_is_refused()
    {
        await using var h = await CreateAsync();
        var (logs, letters) = (h.Store.Inspection, h.Store.DeadLetters);

        await ShouldRefuseAsync(() => logs.AddressesAsync(default, "x", 10, default), WsmqErrors.InvalidMessage);
        await ShouldRefuseAsync(() => letters.ScanAsync(Every, "x", 10, default), WsmqErrors.InvalidMessage);
    }

    [Fact]
    public async Task The_devices_of_a_user_are_read_with_cursors_and_failed_attempts()
    {
        await using var h = await CreateAsync();
        await h.OpenAsync("bob", "web");
        await h.OpenAsync("bob", "phone");
        var p = await h.AddManyAsync(Bob, 3);
        await h.AckAsync("bob", "web", p[1]);
        await NackAsync(h, Bob, p[0]);
        await NackAsync(h, Bob, p[0], kind: NackKind.Silent);

        var readers = (await h.Store.Inspection.ReadersAsync(Bob, null, 100, default)).Items;

        readers.Select(r => (r.User, r.Device, r.Position)).Should().Equal(("bob", "phone", WsmqPosition.Start), ("bob", "web", p[1]));
        readers.Should().OnlyContain(r => r.Seen > 0);
        readers.Select(r => (r.Failing, r.Attempts)).Should().Equal((p[0], 2), (WsmqPosition.Start, 0));
        (await h.Store.Inspection.ReadersAsync(WsmqAddress.User("nobody"), null, 100, default)).Items.Should().BeEmpty();
    }

    [Fact]
    public async Task The_members_of_a_group_are_read_in_pages_with_the_cursors_of_their_devices()
    {
        await using var h = await CreateAsync();
        var users = Enumerable.Range(0, 200).Select(i => $"u{i}").ToArray();
        await Task.WhenAll(users.Select(u => h.Store.Memberships.AddAsync("team", u, default)));
        var p = await h.AddManyAsync(Team, 2);
        await h.AckAsync(Team, "u7", "web", p[0]);
        await h.AckAsync(Team, "u7", "phone", p[1]);
        await NackAsync(h, Team, p[1], "u7", "web");

        var (readers, next) = (new List<LogReaderState>(), (string?)null);
        do
        {
            var page = await h.Store.Inspection.ReadersAsync(Team, next, 50, default);
            readers.AddRange(page.Items);
            next = page.Next;
        }
        while (next is not null);

        readers.Select(r => r.User).Distinct().Should().BeEquivalentTo(users);
        readers.Where(r => r.User == "u7").Distinct().Should().BeEquivalentTo(
            [
                new LogReaderState("u7", "phone", p[1], 0) { Failing = default },
                new LogReaderState("u7", "web", p[0], 0) { Failing = p[1], Attempts = 1 },
            ],
            o => o.Excluding(r => r.Seen));
        readers.First(r => r.User == "u8").Should().Be(new LogReaderState("u8", null, WsmqPosition.Start, 0));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_beginnings_of_entries_are_read_in_both_directions(bool newest)
    {
        await using var h = await CreateAsync();
        var p = await h.AddManyAsync(Bob, 60);
        var body = new string('b', 70_000);
        p = [.. p, await h.AddAsync(Bob, body), await h.AddAsync(Bob, "end")];

        var heads = await HeadsAsync(h, Bob, new HeadRange(p[2], p[^1], newest, 25, 4));

        var expected = p[3..^1];
        heads.Select(e => e.Position).Should().Equal(newest ? expected.Reverse() : expected);
        heads.Select(e => e.Previous).Should().Equal((newest ? p[2..^2].Reverse() : p[2..^2]), "each has the position of the entry before it");
        var large = heads.Single(e => e.Position == p[^2]);
        large.BodyBytes.Should().Be(70_000);
        Encoding.UTF8.GetString(large.BodyStart.Span).Should().Be("bbbb");
        Encoding.UTF8.GetString(large.Metadata.Span).Should().Be("meta:" + body);
        var without = await h.Store.Inspection.HeadsAsync(Bob, new HeadRange(WsmqPosition.Start, Last, newest, 1, 0), default);
        (without.Entries.Single().BodyStart.Length, without.More, without.State.Tail).Should().Be((0, true, p[^1]));
        (await h.Store.Inspection.HeadsAsync(Team, new HeadRange(WsmqPosition.Start, Last, newest, 1, 0), default)).Entries.Should().BeEmpty();
    }

    [Fact]
    public async Task Large_entries_are_read_a_few_at_a_time()
    {
        await using var h = await CreateAsync();
        var body = new byte[256 * 1024];
        for (var i = 0; i < 16; i++)
            await h.AppendAsync(new AppendRequest(Bob, "sender", $"{i}", Encoding.UTF8.GetBytes("{}"), body));

        var step = await h.Store.Inspection.HeadsAsync(Bob, new HeadRange(WsmqPosition.Start, Last, Newest: true, 100, 800), default);
        var newest = await h.Store.Inspection.NewestAsync(Bob, default);

        step.Entries.Should().HaveCountLessThanOrEqualTo(6).And.OnlyContain(e => e.BodyStart.Length == 800 && e.BodyBytes == body.Length);
        step.More.Should().BeTrue();
        (await HeadsAsync(h, Bob, new HeadRange(WsmqPosition.Start, Last, Newest: true, 100, 800))).Should().HaveCount(16);
        newest.Positions.Take(2).Should().Equal(step.Entries.Select(e => e.Position).Take(2));
        (newest.Positions.Count == 16).Should().Be(newest.AreAll);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Whole_entries_are_read_up_to_a_number_of_bytes_and_at_least_one(bool newest)
    {
        await using var h = await CreateAsync();
        await h.OpenAsync("bob", "default");
        var p = new List<WsmqPosition>();
        for (var i = 0; i < 5; i++)
            p.Add(await h.AddAsync(Bob, new string('b', 10_000)));

        var one = await h.Store.Inspection.HeadsAsync(Bob, Whole(1), default);
        var some = await h.Store.Inspection.HeadsAsync(Bob, Whole(45_000), default);

        one.Entries.Should().ContainSingle().Which.BodyStart.Length.Should().Be(10_000);
        some.Entries.Select(e => e.Position).Should().Equal(newest ? [p[4], p[3], p[2]] : p.Take(3));
        var nothing = await h.AppendAsync(new AppendRequest(Team, "sender", "empty", Encoding.UTF8.GetBytes("{}"), default));
        (await h.Store.Inspection.HeadsAsync(Team, Whole(1), default)).Entries.Should().ContainSingle()
            .Which.Should().BeEquivalentTo(new { nothing[0].Position, BodyBytes = 0L, Defect = (string?)null });
        (one.More, some.More, some.State.Tail).Should().Be((true, true, p[4]));

        HeadRange Whole(int bytes) => new(WsmqPosition.Start, Last, newest, 100, int.MaxValue) { MostBytes = bytes };
    }

    [Fact]
    public async Task The_newest_positions_of_a_short_log_are_all()
    {
        await using var h = await CreateAsync();
        var p = await h.AddManyAsync(Bob, 40);

        var newest = await h.Store.Inspection.NewestAsync(Bob, default);

        newest.AreAll.Should().BeTrue();
        newest.Positions.Should().Equal(p.Reverse());
    }

    [Fact]
    public async Task A_run_is_replaced_only_as_it_was_read_and_by_one_of_many()
    {
        await using var h = await CreateAsync();
        var runs = h.Store.Runs;

        (await runs.ReplaceAsync("a", "no", "1", default)).Should().BeFalse();
        var added = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => runs.ReplaceAsync("a", null, $"ä{i}", default)));
        added.Count(done => done).Should().Be(1);
        (await runs.ReplaceAsync("b", null, "b", default)).Should().BeTrue();
        var text = $"ä{Array.IndexOf(added, true)}";
        await h.RestartAsync();
        runs = h.Store.Runs;
        var listed = await runs.ListAsync(default);
        listed.Texts.Should().BeEquivalentTo(new Dictionary<string, string> { ["a"] = text, ["b"] = "b" });
        listed.Now.Should().BeGreaterThan(1_700_000_000_000_000);
        (await runs.ReplaceAsync("a", text, null, default)).Should().BeTrue();
        (await runs.ListAsync(default)).Texts.Keys.Should().Equal("b");
    }

    private static async Task<List<AddressFigures>> ScanAsync(StoreHarness h, AddressFilter filter, int max)
    {
        var (all, next) = (new List<AddressFigures>(), (string?)null);
        do
        {
            var page = await h.Store.Inspection.AddressesAsync(filter, next, max, default);
            all.AddRange(page.Items);
            next = page.Next;
        }
        while (next is not null);
        return all;
    }

    private static async Task<List<EntryHead>> HeadsAsync(StoreHarness h, WsmqAddress source, HeadRange range)
    {
        var all = new List<EntryHead>();
        while (true)
        {
            var page = await h.Store.Inspection.HeadsAsync(source, range, default);
            page.Entries.Count.Should().BeLessThanOrEqualTo(range.Max);
            all.AddRange(page.Entries);
            if (!page.More)
                return all;
            range = range.Newest ? range with { Before = all[^1].Position } : range with { After = all[^1].Position };
        }
    }
}
