using Wsmq.Server.Stores;

namespace Wsmq.Tests.Stores;

public abstract partial class StoreContract
{
    [Fact]
    public async Task A_read_returns_entries_after_the_position_up_to_the_count()
    {
        await using var h = await CreateAsync();
        var p = await h.AddManyAsync(Bob, 6);
        (await h.ReadAsync(Bob, p[1], maxEntries: 3)).Entries.Select(e => e.Position).Should().Equal(p[2], p[3], p[4]);
        (await h.ReadAsync(Bob, p[5])).Entries.Should().BeEmpty();
        (await h.ReadAsync(Bob, StoreHarness.Beyond(p[5]))).Entries.Should().BeEmpty();
        // A position without an entry: between the last two, or before the first.
        (await h.ReadAsync(Bob, new WsmqPosition(p[0].Value - 1), maxEntries: 1)).Entries.Single().Position.Should().Be(p[0]);
    }

    [Fact]
    public async Task A_read_ends_at_the_byte_limit_but_returns_at_least_one_entry()
    {
        await using var h = await CreateAsync();
        for (var i = 0; i < 4; i++)
            await h.AppendAsync(new AppendRequest(Bob, "ann", $"{i}", new byte[40], new byte[60]));
        async Task<int> CountAsync(int bytes) => (await h.ReadAsync(Bob, maxBytes: bytes)).Entries.Count;
        (await CountAsync(1)).Should().Be(1);
        (await CountAsync(100)).Should().Be(1);
        (await CountAsync(101)).Should().Be(2);
        (await CountAsync(200)).Should().Be(2);
        (await CountAsync(1000)).Should().Be(4);
    }

    [Fact]
    public async Task The_state_of_an_unknown_log_is_all_zero()
    {
        await using var h = await CreateAsync();
        var page = await h.ReadAsync(Bob, new WsmqPosition(5));
        page.Entries.Should().BeEmpty();
        page.State.Should().Be(default(LogState));
        (await h.Log.StatesAsync([Bob, Team, WsmqAddress.Work("w")], default)).Should().OnlyContain(s => s == default(LogState));
    }

    [Fact]
    public async Task States_are_in_the_order_of_the_requests()
    {
        await using var h = await CreateAsync();
        var bob = await h.AddAsync(Bob);
        var team = await h.AddAsync(Team);
        var states = await h.Log.StatesAsync([Team, WsmqAddress.User("nobody"), Bob, Team], default);
        states.Select(s => s!.Value.Tail).Should().Equal(team, WsmqPosition.Start, bob, team);
    }

    [Fact]
    public async Task Bodies_of_any_bytes_and_sizes_are_read_back_unchanged()
    {
        await using var h = await CreateAsync();
        var large = new byte[256 * 1024];
        for (var i = 0; i < large.Length; i++)
            large[i] = (byte)(i ^ (i >> 8));
        ReadOnlyMemory<byte>[] bodies = [Array.Empty<byte>(), large, new byte[] { 0 }, large.AsMemory(3, 1000), "{}\r\n\u001e"u8.ToArray()];
        foreach (var body in bodies)
            await h.AppendAsync(h.New(Bob) with { Metadata = body.Length > 1000 ? default : body, Body = body });

        var entries = (await h.ReadAsync(Bob)).Entries;
        entries.Should().HaveCount(bodies.Length);
        foreach (var (entry, body) in entries.Zip(bodies))
        {
            entry.Body.Span.SequenceEqual(body.Span).Should().BeTrue();
            entry.Metadata.Length.Should().Be(body.Length > 1000 ? 0 : body.Length);
        }
    }

    [Fact]
    public async Task A_cancelled_call_throws_OperationCanceledException_and_changes_nothing()
    {
        await using var h = await CreateAsync();
        var gone = new CancellationToken(canceled: true);
        Func<Task>[] calls =
        [
            () => h.Log.Appenders[h.Log.AppenderOf(Bob)].AppendAsync([h.New(Bob)], follows: false, gone),
            () => h.Log.ReadAsync(Bob, default, 1, 1, gone),
            () => h.Log.StatesAsync([Bob], gone),
            () => h.Log.AckAsync([new AckRequest(Bob, "bob", "d", default)], gone),
            () => h.Log.OpenCursorAsync(Bob, "bob", "d", gone),
            () => h.Store.Memberships.AddAsync("team", "bob", gone),
            () => h.Store.Memberships.RemoveAsync("team", "bob", gone),
            () => h.Store.Memberships.IsMemberAsync("team", "bob", gone),
            () => h.Store.Memberships.GroupsOfAsync("bob", gone),
            () => h.Store.Memberships.MembersOfAsync("team", gone),
            () => h.Store.Signals.SubscribeAsync(Bob, _ => { }, gone),
        ];
        foreach (var call in calls)
            await call.Should().ThrowAsync<OperationCanceledException>();
        (await h.StateAsync(Bob)).Should().Be(default(LogState), "no call was started");
    }
}
