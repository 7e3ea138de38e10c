using System.Text;
using Wsmq.Server.Stores;

namespace Wsmq.Tests.Stores;

// Dead letters of all users.
public abstract partial class StoreContract
{
    private static readonly DeadLetterScan Every = new(null, null, 0, WsmqPosition.MaxValue, WithEntry: false, 0);

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1_000)]
    public async Task A_scan_in_pages_returns_every_dead_letter_once(int max)
    {
        await using var h = await CreateAsync(o => o.DeadLetters.MaxAttempts = 1);
        var expected = await DeadLettersAsync(h, 12, 3);

        var all = await ScanAsync(h, Every, max);

        all.Select(Name).Should().BeEquivalentTo(expected);
        all.Should().OnlyContain(l => l.Entry == null && l.Letter.Attempts == 1 && l.Letter.Reason == "why");
        foreach (var reader in all.GroupBy(l => (l.User, l.Letter.Key.Source)))
            reader.Select(l => l.Letter.DeadLetteredAt).Should().BeInAscendingOrder();
    }

    [Fact]
    public async Task A_scan_returns_the_dead_letters_of_a_user_a_log_or_a_time()
    {
        await using var h = await CreateAsync(o => o.DeadLetters.MaxAttempts = 1);
        await DeadLettersAsync(h, 4, 3);
        var all = await ScanAsync(h, Every, 100);
        var middle = all.OrderBy(l => l.Letter.DeadLetteredAt).ElementAt(all.Count / 2).Letter.DeadLetteredAt;

        async Task ShouldFindAsync(DeadLetterScan scan, Func<DeadLetterHead, bool> which) =>
            (await ScanAsync(h, scan, 2)).Select(Name).Should().BeEquivalentTo(all.Where(which).Select(Name)).And.NotBeEmpty();

        await ShouldFindAsync(Every with { User = "u1" }, l => l.User == "u1");
        await ShouldFindAsync(Every with { Source = Team }, l => l.Letter.Key.Source == Team);
        await ShouldFindAsync(Every with { Source = WsmqAddress.User("u1") }, l => l.Letter.Key.Source == WsmqAddress.User("u1"));
        await ShouldFindAsync(Every with { Source = Team, User = "u2" }, l => l.Letter.Key.Source == Team && l.User == "u2");
        await ShouldFindAsync(Every with { Until = middle }, l => l.Letter.DeadLetteredAt <= middle);
        await ShouldFindAsync(Every with { From = middle }, l => l.Letter.DeadLetteredAt >= middle);
        (await ScanAsync(h, Every with { User = "u" }, 2)).Should().BeEmpty();
    }

    [Fact]
    public async Task A_scan_goes_on_although_what_it_returned_was_removed()
    {
        await using var h = await CreateAsync(o => o.DeadLetters.MaxAttempts = 1);
        var expected = await DeadLettersAsync(h, 5, 4);
        var (found, next) = (new List<string>(), (string?)null);
        do
        {
            var page = await h.Store.DeadLetters.ScanAsync(Every, next, 3, default);
            next = page.Next;
            foreach (var letter in page.Items)
            {
                found.Add(Name(letter));
                (await h.Store.DeadLetters.RemoveAsync(letter.Letter.Key, letter.User, default)).Should().BeTrue();
            }
        }
        while (next is not null);

        found.Should().BeEquivalentTo(expected);
        (await ScanAsync(h, Every, 10)).Should().BeEmpty();
    }

    [Fact]
    public async Task A_scan_reads_the_beginnings_of_large_entries_a_few_at_a_time()
    {
        await using var h = await CreateAsync(o => o.DeadLetters.MaxAttempts = 1);
        await h.OpenAsync("bob", "phone");
        for (var i = 0; i < 12; i++)
        {
            var request = new AppendRequest(Bob, "sender", $"{i}", Encoding.UTF8.GetBytes($"meta{i:D2}"), new byte[256 * 1024]);
            await NackAsync(h, Bob, (await h.AppendAsync(request))[0].Position);
        }

        var scan = Every with { WithEntry = true, BodyBytes = 10 };
        var step = await h.Store.DeadLetters.ScanAsync(scan, null, 100, default);
        var all = await ScanAsync(h, scan, 100);

        step.Items.Should().HaveCountLessThan(8);
        all.Select(l => Encoding.UTF8.GetString(l.Entry!.Metadata.Span)).Should().Equal(Enumerable.Range(0, 12).Select(i => $"meta{i:D2}"));
        all.Should().OnlyContain(l => l.Entry!.BodyStart.Length == 10 && l.Entry.BodyBytes == 256 * 1024);
    }

    [Fact]
    public async Task The_dead_letters_of_one_entry_are_found_for_the_devices_that_have_it()
    {
        await using var h = await CreateAsync(o => o.DeadLetters.MaxAttempts = 1);
        for (var i = 0; i < 3; i++)
        {
            await h.Store.Memberships.AddAsync(Team.Name, $"u{i}", default);
            foreach (var device in new[] { "phone", "tv" })
                await h.OpenGroupAsync(Team.Name, $"u{i}", device);
        }

        var (first, second) = (await h.AddAsync(Team), await h.AddAsync(Team));
        await NackAsync(h, Team, first, "u0");
        await NackAsync(h, Team, second, "u0");
        await NackAsync(h, Team, first, "u2", "tv");
        var devices = Enumerable.Range(0, 150).SelectMany(i => new[] { ($"u{i}", "phone"), ($"u{i}", "tv") }).ToArray();

        var found = await h.Store.DeadLetters.FindAsync(Team, first, devices, default);

        found.Select(l => $"{l.User} {l.Letter.Key.Device} {l.Letter.Key.Position}").Should().BeEquivalentTo($"u0 phone {first}", $"u2 tv {first}");
        found.Should().OnlyContain(l => l.Letter.Attempts == 1 && l.Letter.Reason == "why" && l.Letter.DeadLetteredAt > 0);
        (await h.Store.DeadLetters.FindAsync(Team, first, [("u1", "phone")], default)).Should().BeEmpty();
        (await h.Store.DeadLetters.FindAsync(WsmqAddress.Group("other"), first, devices, default)).Should().BeEmpty();
    }

    // Of each user some in the own queue, and one in the group.
    private static async Task<List<string>> DeadLettersAsync(StoreHarness h, int users, int each)
    {
        var names = new List<string>();
        for (var i = 0; i < users; i++)
            await h.Store.Memberships.AddAsync(Team.Name, $"u{i}", default);
        var shared = await h.AddAsync(Team);
        for (var i = 0; i < users; i++)
        {
            var user = $"u{i}";
            await h.OpenAsync(user, "phone");
            await NackAsync(h, Team, shared, user);
            names.Add($"{user} {Team} {shared}");
            foreach (var position in await h.AddManyAsync(WsmqAddress.User(user), each))
            {
                await NackAsync(h, WsmqAddress.User(user), position, user);
                names.Add($"{user} user:{user} {position}");
            }
        }

        return names;
    }

    private static string Name(DeadLetterHead letter) => $"{letter.User} {letter.Letter.Key.Source} {letter.Letter.Key.Position}";

    private static async Task<List<DeadLetterHead>> ScanAsync(StoreHarness h, DeadLetterScan scan, int max)
    {
        var (all, next) = (new List<DeadLetterHead>(), (string?)null);
        do
        {
            var page = await h.Store.DeadLetters.ScanAsync(scan, next, max, default);
            page.Items.Count.Should().BeLessThanOrEqualTo(max);
            all.AddRange(page.Items);
            next = page.Next;
        }
        while (next is not null);
        return all;
    }
}
