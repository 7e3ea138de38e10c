using Wsmq.Server.Stores;

namespace Wsmq.Tests.Stores;

// Users whose messages a hook is told of unless some device acknowledges them.
public abstract partial class StoreContract
{
    private static readonly WsmqAddress Ann = WsmqAddress.User("ann");
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_noted_address_is_due_after_its_time_and_is_taken_once()
    {
        await using var h = await CreateNotingAsync();
        await h.AddAsync(Bob, "not noted");
        var before = await h.AddAsync(Ann);
        await TakeNothingAsync(h, Bob);

        var appended = h.Store.Now;
        await h.AppendAsync(Noted(h, Ann), Noted(h, Ann), h.New(Bob));
        await h.AppendAsync(Noted(h, Ann));
        var taken = await TakeAsync(h, Ann);

        taken.Should().BeEquivalentTo(new { Address = Ann, From = before, Attempts = 0 });
        h.Store.Now.Should().BeGreaterThanOrEqualTo(appended + DueAfter - ClockError);
        await TakeNothingAsync(h, Ann);
        await TakeNothingAsync(h, Bob);
    }

    [Fact]
    public async Task Repeated_and_refused_messages_and_those_that_wait_note_nothing()
    {
        await using var h = await CreateNotingAsync();
        var message = StoreHarness.Message(Bob, "ann", "m");
        var waits = StoreHarness.Message(Bob, "ann", "n") with { Delay = Soon, IsNoted = true };
        await h.AppendAsync(message);

        var results = await h.AppendAsync(
            message with { IsNoted = true }, waits, Noted(h, Ann) with { MayCreate = false },
            Noted(h, Bob) with { Log = new LogTerms { ExpectedTail = new WsmqPosition(1) } });

        results.Select(r => (r.Duplicate, r.IsWaiting, r.Refused, r.IsConflict)).Should().Equal(
            (true, false, false, false), (false, true, false, false), (false, false, true, false), (false, false, false, true));
        (await h.Store.Unacknowledged.TakeAsync(h.Log.AppenderOf(Bob), Lease, 10, default)).Wait.Should().BeNull();
        var due = await DueAsync(h, Bob, 1);
        await h.AppendAsync([.. due.Select(d => d with { IsNoted = true })]);
        (await TakeAsync(h, Bob)).Address.Should().Be(Bob);
    }

    [Fact]
    public async Task The_reach_of_an_address_is_the_highest_cursor_of_its_devices_also_of_those_that_are_gone()
    {
        await using var h = await CreateNotingAsync();
        var positions = new List<WsmqPosition>();
        for (var i = 0; i < 4; i++)
            positions.Add(await h.AddAsync(Bob));
        (await ReachAsync(h, Bob)).Should().Be(new AddressReach(default, positions[3]));
        (await ReachAsync(h, Ann)).Should().Be(default(AddressReach));

        await h.OpenAsync("bob", "phone");
        await h.OpenAsync("bob", "desk");
        (await ReachAsync(h, Bob)).Acknowledged.Should().Be(default(WsmqPosition));
        await h.AckAsync("bob", "phone", positions[2]);
        await h.AckAsync("bob", "desk", positions[0]);
        (await ReachAsync(h, Bob)).Acknowledged.Should().Be(positions[2]);

        await h.AckAsync("bob", "desk", positions[2]);
        await h.Log.ForgetDeviceAsync(Bob, "bob", "phone", default);
        await h.Log.ForgetDeviceAsync(Bob, "bob", "desk", default);
        (await ReachAsync(h, Bob)).Acknowledged.Should().Be(positions[2]);
        (await h.Store.Unacknowledged.ReachesAsync([Bob, Bob], default)).Should().HaveCount(2);
    }

    [Fact]
    public async Task An_address_that_is_not_settled_is_taken_again_after_its_lease_and_the_first_one_has_lost_it()
    {
        await using var h = await CreateNotingAsync();
        await h.AppendAsync(Noted(h, Bob));
        var first = await TakeAsync(h, Bob, TimeSpan.FromMilliseconds(100));

        var second = await TakeAsync(h, Bob);

        second.Token.Should().BeGreaterThan(first.Token);
        (await h.Store.Unacknowledged.BeginAsync(first, Lease, default)).Should().BeNull();
        await h.Store.Unacknowledged.SettleAsync([new SettledAddress(first, default, 0, 0)], default);
        await TakeNothingAsync(h, Bob);
        (await h.Store.Unacknowledged.BeginAsync(second, Lease, default))!.Attempts.Should().Be(1);
    }

    [Fact]
    public async Task Attempts_are_counted_as_they_begin_until_they_are_settled()
    {
        await using var h = await CreateNotingAsync();
        await h.AppendAsync(Noted(h, Bob));
        await h.Store.Unacknowledged.BeginAsync(await TakeAsync(h, Bob), TimeSpan.FromMilliseconds(50), default);

        var again = await TakeAsync(h, Bob);
        again.Attempts.Should().Be(1, "the node that began the first one is gone");
        var begun = (await h.Store.Unacknowledged.BeginAsync(again, Lease, default))!;
        (begun.Attempts, begun.Token > again.Token).Should().Be((2, true));
        (await h.Store.Unacknowledged.BeginAsync(again, Lease, default)).Should().BeNull("it has another lease by now");

        await h.Store.Unacknowledged.SettleAsync([new SettledAddress(begun, new WsmqPosition(7), 5, h.Store.Now)], default);
        (await TakeAsync(h, Bob)).Should().BeEquivalentTo(new { From = new WsmqPosition(7), Attempts = 5 });
    }

    [Fact]
    public async Task An_address_with_nothing_left_is_noted_no_longer_unless_something_came_meanwhile()
    {
        await using var h = await CreateNotingAsync();
        await h.AppendAsync(Noted(h, Bob), Noted(h, Ann));
        var (bob, ann) = (await TakeAsync(h, Bob), await TakeAsync(h, Ann));
        var tails = (Bob: (await ReachAsync(h, Bob)).Tail, Ann: (await ReachAsync(h, Ann)).Tail);
        await h.AppendAsync(Noted(h, Ann));

        await h.Store.Unacknowledged.SettleAsync([new SettledAddress(bob, tails.Bob, 0, h.Store.Now, tails.Bob)], default);
        await h.Store.Unacknowledged.SettleAsync([new SettledAddress(ann, tails.Ann, 0, h.Store.Now, tails.Ann)], default);

        (await TakeAsync(h, Ann)).From.Should().Be(tails.Ann);
        await TakeNothingAsync(h, Bob);
        await h.AppendAsync(Noted(h, Bob));
        (await TakeAsync(h, Bob)).From.Should().Be(tails.Bob, "it is noted again, from the message before on");
    }

    [Fact]
    public async Task Noted_addresses_and_leases_survive_a_restart()
    {
        await using var h = await CreateNotingAsync();
        await h.AppendAsync(Noted(h, Bob));
        await TakeAsync(h, Bob, TimeSpan.FromMilliseconds(50));
        await h.AppendAsync(Noted(h, Ann));

        await h.RestartAsync();

        (await TakeAsync(h, Ann)).Address.Should().Be(Ann);
        (await TakeAsync(h, Bob)).Address.Should().Be(Bob);
    }

    [Fact]
    public async Task Ten_thousand_addresses_that_are_due_at_once_are_taken_a_few_at_a_time_each_once()
    {
        await using var h = await CreateNotingAsync();
        var users = Enumerable.Range(0, 10_000).Select(i => WsmqAddress.User($"u{i}")).ToArray();
        foreach (var part in users.Chunk(500))
            await h.AppendAsync([.. part.Select(u => Noted(h, u))]);

        var taken = new List<WsmqAddress>();
        await Eventually.That("all are taken", async () =>
        {
            foreach (var lane in users.Select(h.Log.AppenderOf).Distinct())
            {
                var some = await h.Store.Unacknowledged.TakeAsync(lane, Lease, 128, default);
                some.Addresses.Count.Should().BeLessThanOrEqualTo(128);
                taken.AddRange(some.Addresses.Select(a => a.Address));
            }

            return taken.Count >= users.Length;
        });

        taken.Should().HaveCount(users.Length);
        taken.ToHashSet().SetEquals(users).Should().BeTrue();
    }

    // After and gather, in µs.
    private const long DueAfter = 300_000;

    private Task<StoreHarness> CreateNotingAsync() => CreateAsync(o =>
        (o.Unacknowledged.HasHook, o.Unacknowledged.After, o.Unacknowledged.Gather) = (true, TimeSpan.FromMicroseconds(DueAfter), TimeSpan.Zero));

    private static AppendRequest Noted(StoreHarness h, WsmqAddress to) => h.New(to) with { IsNoted = true };

    private static async Task<AddressReach> ReachAsync(StoreHarness h, WsmqAddress address) =>
        (await h.Store.Unacknowledged.ReachesAsync([address], default)).Single()!.Value;

    // One at a time: other addresses of the lane stay due.
    private static async Task<TakenAddress> TakeAsync(StoreHarness h, WsmqAddress address, TimeSpan? lease = null)
    {
        TakenAddress? found = null;
        await Eventually.That($"{address} is due", async () =>
        {
            var taken = await h.Store.Unacknowledged.TakeAsync(h.Log.AppenderOf(address), lease ?? Lease, 10, default);
            found = taken.Addresses.SingleOrDefault(a => a.Address == address);
            await h.Store.Unacknowledged.SettleAsync(
                [.. taken.Addresses.Where(a => a.Address != address).Select(a => new SettledAddress(a, a.From, a.Attempts, h.Store.Now))], default);
            return found is not null;
        });
        return found!;
    }

    private static async Task TakeNothingAsync(StoreHarness h, WsmqAddress address) =>
        (await h.Store.Unacknowledged.TakeAsync(h.Log.AppenderOf(address), Lease, 10, default)).Addresses.Should().BeEmpty();
}
