using Wsmq.Server.Stores;

namespace Wsmq.Tests.Stores;

public abstract partial class StoreContract
{
    /// <summary>Names that a careless key format would confuse with one another.</summary>
    private static readonly string[] Names =
    [
        "a", "A", "a:b", "a:", ":a", "a|b", "a||b", "a/b", "a b", "a{b}", "{a}b", "{a}", "{}", "{", "}", "a%", "%61", "a%3Ab", "%", "a\\b", "a\"b", "a'b", "*", "a*",
        "?", "[a]", "é", "日本", "user:a", "group:a", "a:0000000000000001", "a.b", "a,b", "a;b", "--", "$1",
    ];

    [Fact]
    public async Task No_two_addresses_share_a_log()
    {
        await using var h = await CreateAsync();
        var addresses = Names.Select(WsmqAddress.User).Concat(Names.Select(WsmqAddress.Group)).ToArray();
        var results = await h.AppendAsync([.. addresses.Select(a => StoreHarness.Message(a, "ann", "1", a.ToString()))]);
        results.Should().OnlyContain(r => !r.Duplicate);
        var states = await h.Log.StatesAsync(addresses, default);
        for (var i = 0; i < addresses.Length; i++)
        {
            (await h.ReadAsync(addresses[i])).Entries.Select(StoreHarness.Text).Should().Equal(addresses[i].ToString());
            states[i]!.Value.Tail.Should().Be(results[i].Position);
        }
    }

    [Fact]
    public async Task No_two_pairs_of_sender_and_id_are_treated_as_the_same_message()
    {
        await using var h = await CreateAsync();
        var pairs = Names.SelectMany(s => Names.Select(i => (s, i))).Concat([("", "x:y"), ("x", "y"), ("x:y", "z"), ("x", "y:z")]).ToArray();
        var results = new List<AppendResult>();
        foreach (var part in pairs.Chunk(200))
            results.AddRange(await h.AppendAsync([.. part.Select(p => StoreHarness.Message(Bob, p.Item1, p.Item2))]));
        results.Should().OnlyContain(r => !r.Duplicate);
        (await h.StateAsync(Bob)).Tail.Should().Be(results[^1].Position);
    }

    [Fact]
    public async Task No_two_devices_share_a_cursor()
    {
        await using var h = await CreateAsync(o => o.Devices.MaxPerUser = 100);
        var p = await h.AddManyAsync(Bob, Names.Length);
        foreach (var device in Names)
            (await h.OpenAsync("bob", device)).Should().Be(WsmqPosition.Start);
        foreach (var (device, position) in Names.Zip(p))
            (await h.AckAsync("bob", device, position)).Should().Be(AckResult.Done);
        foreach (var (device, position) in Names.Zip(p))
            (await h.OpenAsync("bob", device)).Should().Be(position);
    }

    [Fact]
    public async Task No_two_memberships_are_treated_as_the_same()
    {
        await using var h = await CreateAsync();
        var store = h.Store.Memberships;
        foreach (var (group, user) in Names.Zip(Names.Reverse()))
            await store.AddAsync(group, user, default);
        foreach (var (group, user) in Names.Zip(Names.Reverse()))
        {
            (await store.MembersOfAsync(group, default)).Should().Equal(user);
            (await store.GroupsOfAsync(user, default)).Select(m => m.Group).Should().Equal(group);
        }

        await store.AddAsync("x:y", "z", default);
        (await store.IsMemberAsync("x", "y:z", default)).Should().BeFalse();
    }

    [Fact]
    public async Task Devices_of_different_users_of_a_group_do_not_share_a_cursor()
    {
        await using var h = await CreateAsync();
        (string User, string Device)[] readers = [("x", "y:z"), ("x:y", "z"), ("x|y", "z"), ("x", "y|z"), ("x/y", "z"), ("x", "y/z")];
        foreach (var user in readers.Select(r => r.User).Distinct())
            await h.Store.Memberships.AddAsync("team", user, default);
        var p = await h.AddManyAsync(Team, readers.Length);
        foreach (var (reader, position) in readers.Zip(p))
            await h.AckAsync(Team, reader.User, reader.Device, position);
        foreach (var (reader, position) in readers.Zip(p))
            (await h.OpenGroupAsync("team", reader.User, reader.Device)).Should().Be(position);
    }
}
