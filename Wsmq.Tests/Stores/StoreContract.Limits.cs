using Wsmq.Server.Stores;

namespace Wsmq.Tests.Stores;

public abstract partial class StoreContract
{
    [Fact]
    public async Task An_address_is_created_once_and_only_if_the_request_may_create_it()
    {
        await using var h = await CreateAsync();
        var refused = await h.AppendAsync(h.New(Bob) with { MayCreate = false });
        refused.Single().Refused.Should().BeTrue();
        (await h.ReadAsync(Bob)).State.Tail.Should().Be(WsmqPosition.Start);

        var message = h.New(Bob);
        var results = await h.AppendAsync(message with { MayCreate = false }, message, h.New(Bob), h.New(Bob) with { MayCreate = false });
        results.Select(r => (r.Refused, r.Created, r.Duplicate)).Should().Equal(
            (true, false, false), (false, true, false), (false, false, false), (false, false, false));
        (await h.PositionsAsync(Bob)).Should().Equal(results.Skip(1).Select(r => r.Position));
        (await h.AppendAsync(message with { MayCreate = false })).Single().Duplicate.Should().BeTrue();
    }

    [Fact]
    public async Task An_address_exists_for_a_user_who_connected_or_was_added_to_a_group()
    {
        await using var h = await CreateAsync();
        await h.OpenAsync("bob", "phone");
        await h.Store.Memberships.AddAsync("team", "cat", default);
        var results = await h.AppendAsync(
            h.New(Bob) with { MayCreate = false }, h.New(WsmqAddress.User("dan")) with { MayCreate = false }, h.New(WsmqAddress.User("cat")) with { MayCreate = false });
        results.Select(r => (r.Refused, r.Created)).Should().Equal((false, false), (true, false), (false, false));
    }

    [Fact]
    public async Task An_address_whose_log_was_emptied_still_exists()
    {
        await using var h = await CreateAsync(o => o.Retention.MaxAge = TimeSpan.FromMilliseconds(100));
        await h.AddAsync(Bob);
        await Eventually.That("it has expired", async () => (await h.PositionsAsync(Bob)).Length == 0);
        (await h.AppendAsync(h.New(Bob) with { MayCreate = false })).Single().Refused.Should().BeFalse();
    }

    [Theory]
    [InlineData(1_000, 400)]
    [InlineData(100_000, 7)]
    [InlineData(30_000, 1)]
    public async Task Entries_over_the_byte_limit_are_removed_oldest_first_and_hardly_more_than_necessary(int size, int together)
    {
        const int Max = 1024 * 1024;
        await using var h = await CreateAsync(o =>
        {
            o.Retention.MaxBytes = 1L << 40;
            o.Retention.Group.MaxBytes = Max;
        });
        for (var bytes = 0; bytes < 4 * Max; bytes += size * together)
        {
            await h.AppendAsync([.. Enumerable.Range(0, together).Select(_ => Sized(h, Team, size))]);
            await h.AppendAsync(Sized(h, Bob, size));
        }

        var page = await h.ReadAsync(Team, maxEntries: 10_000);
        page.Entries.Sum(e => e.Bytes).Should().BeInRange(Max - (Max / 8) - size, Max + size);
        ShouldBeChained(page.Entries, page.State.Removed);
        page.State.Removed.Should().BeGreaterThan(WsmqPosition.Start);
        (await h.ReadAsync(Bob)).State.Removed.Should().Be(WsmqPosition.Start, "users have another limit");
    }

    [Fact]
    public async Task The_newest_entry_stays_however_large_and_byte_counts_survive_a_restart()
    {
        await using var h = await CreateAsync(o => o.Retention.MaxBytes = 1024 * 1024);
        await h.AddManyAsync(Bob, 3);
        var large = (await h.AppendAsync(Sized(h, Bob, 1_500_000))).Single().Position;
        (await h.PositionsAsync(Bob)).Should().EndWith([large]);
        await h.RestartAsync();
        var next = (await h.AppendAsync(Sized(h, Bob, 900_000))).Single().Position;
        (await h.PositionsAsync(Bob)).Should().Equal(next);
    }

    [Fact]
    public async Task A_user_is_a_member_of_at_most_the_configured_number_of_groups()
    {
        await using var h = await CreateAsync(o => o.Limits.GroupsPerUser = 2);
        await h.Store.Memberships.AddAsync("a", "bob", default);
        await h.Store.Memberships.AddAsync("b", "bob", default);
        await ShouldRefuseAsync(() => h.Store.Memberships.AddAsync("c", "bob", default), WsmqErrors.TooManyGroups);
        await h.Store.Memberships.AddAsync("a", "bob", default);
        await h.Store.Memberships.AddAsync("c", "cat", default);
        (await h.Store.Memberships.IsMemberAsync("c", "bob", default)).Should().BeFalse();
        await h.Store.Memberships.RemoveAsync("a", "bob", default);
        await h.Store.Memberships.AddAsync("c", "bob", default);
        (await h.Store.Memberships.GroupsOfAsync("bob", default)).Select(m => m.Group).Should().BeEquivalentTo("b", "c");
    }

    private static AppendRequest Sized(StoreHarness h, WsmqAddress to, int bytes)
    {
        var request = h.New(to);
        return request with { Body = new byte[bytes - request.Metadata.Length] };
    }
}
