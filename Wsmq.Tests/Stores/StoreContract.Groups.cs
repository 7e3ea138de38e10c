using Wsmq.Server.Stores;

namespace Wsmq.Tests.Stores;

public abstract partial class StoreContract
{
    [Fact]
    public async Task A_member_starts_at_the_tail_of_the_log_when_the_user_joined()
    {
        await using var h = await CreateAsync();
        var before = await h.AddAsync(Team);
        await h.Store.Memberships.AddAsync("team", "bob", default);
        var after = await h.AddAsync(Team);
        var start = await h.OpenGroupAsync("team", "bob");
        start.Should().Be(before);
        (await h.PositionsAsync(Team, start)).Should().Equal(after);
        (await h.Store.Memberships.GroupsOfAsync("bob", default)).Should().Equal(new Membership("team", before));
    }

    [Fact]
    public async Task A_member_can_start_at_an_earlier_position_and_not_past_the_tail()
    {
        await using var h = await CreateAsync();
        var p = await h.AddManyAsync(Team, 3);
        await ShouldRefuseAsync(
            () => h.Store.Memberships.AddAsync("team", "bob", StoreHarness.Beyond(p[2]), default), WsmqErrors.PositionBeyondTail);
        (await h.Store.Memberships.MembersOfAsync("team", default)).Should().BeEmpty();

        await h.Store.Memberships.AddAsync("team", "bob", p[0], default);
        await h.Store.Memberships.AddAsync("team", "bob", p[1], default);
        await h.Store.Memberships.AddAsync("team", "bob", StoreHarness.Beyond(p[2]), default);
        await h.Store.Memberships.AddAsync("team", "eve", WsmqPosition.Start, default);
        await h.Store.Memberships.AddAsync("team", "ann", p[2], default);

        var start = await h.OpenGroupAsync("team", "bob");
        start.Should().Be(p[0]);
        (await h.PositionsAsync(Team, start)).Should().Equal(p[1..]);
        (await h.Store.Memberships.GroupsOfAsync("bob", default)).Should().Equal(new Membership("team", p[0]));
        (await h.OpenGroupAsync("team", "eve")).Should().Be(WsmqPosition.Start);
        (await h.OpenGroupAsync("team", "ann")).Should().Be(p[2]);
    }

    [Fact]
    public async Task Each_device_of_a_member_has_its_own_cursor()
    {
        await using var h = await CreateAsync(o => o.Delivery.AckGrace = TimeSpan.Zero);
        await h.Store.Memberships.AddAsync("team", "bob", default);
        (await h.OpenGroupAsync("team", "bob", "phone")).Should().Be(WsmqPosition.Start);
        var p = await h.AddManyAsync(Team, 2);
        (await h.AckAsync(Team, "bob", "phone", p[1])).Should().Be(AckResult.Done);
        (await h.AckAsync(Team, "bob", "phone", p[0])).Should().Be(AckResult.Done);
        (await h.AckAsync(Team, "bob", "phone", StoreHarness.Beyond(p[1]))).Should().Be(AckResult.BeyondTail);
        (await h.OpenGroupAsync("team", "bob", "phone")).Should().Be(p[1]);
        (await h.OpenGroupAsync("team", "bob", "laptop")).Should().Be(WsmqPosition.Start);
        var page = await h.ReadAsync(Team);
        page.Entries.Should().HaveCount(2, "acks remove nothing from a group");
        page.State.Consumed.Should().Be(WsmqPosition.Start);
    }

    [Fact]
    public async Task Only_members_can_read_and_acknowledge_a_group()
    {
        await using var h = await CreateAsync();
        var p = await h.AddAsync(Team);
        await h.Store.Memberships.AddAsync("team", "bob", default);
        await h.Store.Memberships.AddAsync("other", "eve", default);
        await ShouldRefuseAsync(() => h.OpenGroupAsync("team", "eve"), WsmqErrors.ReadNotAllowed);
        (await h.AckAsync(Team, "eve", "default", p)).Should().Be(AckResult.NoReader);
        (await h.Store.Memberships.IsMemberAsync("team", "bob", default)).Should().BeTrue();
        (await h.Store.Memberships.IsMemberAsync("team", "eve", default)).Should().BeFalse();
    }

    [Fact]
    public async Task Joining_a_group_twice_changes_nothing()
    {
        await using var h = await CreateAsync();
        await h.Store.Memberships.AddAsync("team", "bob", default);
        var version = (await h.StateAsync(Bob)).MembershipVersion;
        await h.AddAsync(Team);
        await h.Store.Memberships.AddAsync("team", "bob", default);
        (await h.OpenGroupAsync("team", "bob")).Should().Be(WsmqPosition.Start);
        (await h.StateAsync(Bob)).MembershipVersion.Should().Be(version);
        (await h.Store.Memberships.MembersOfAsync("team", default)).Should().Equal("bob");
    }

    [Fact]
    public async Task A_user_who_leaves_and_rejoins_does_not_read_the_messages_in_between()
    {
        await using var h = await CreateAsync();
        await h.Store.Memberships.AddAsync("team", "bob", default);
        await h.OpenGroupAsync("team", "bob");
        var read = await h.AddAsync(Team);
        await h.AckAsync(Team, "bob", "default", read);
        await h.Store.Memberships.RemoveAsync("team", "bob", default);
        var between = await h.AddManyAsync(Team, 2);
        await ShouldRefuseAsync(() => h.OpenGroupAsync("team", "bob"), WsmqErrors.ReadNotAllowed);

        await h.Store.Memberships.AddAsync("team", "bob", default);
        var after = await h.AddAsync(Team);
        var start = await h.OpenGroupAsync("team", "bob");
        start.Should().Be(between[1]);
        (await h.PositionsAsync(Team, start)).Should().Equal(after);
    }

    [Fact]
    public async Task A_late_ack_does_not_restore_a_membership_or_move_its_cursor_back()
    {
        await using var h = await CreateAsync();
        await h.Store.Memberships.AddAsync("team", "bob", default);
        var p = await h.AddManyAsync(Team, 2);
        await h.AckAsync(Team, "bob", "default", p[0]);
        await h.Store.Memberships.RemoveAsync("team", "bob", default);
        (await h.AckAsync(Team, "bob", "default", p[1])).Should().Be(AckResult.NoReader);
        (await h.Store.Memberships.IsMemberAsync("team", "bob", default)).Should().BeFalse();

        await h.Store.Memberships.AddAsync("team", "bob", default);
        (await h.AckAsync(Team, "bob", "default", p[0])).Should().Be(AckResult.Done);
        (await h.OpenGroupAsync("team", "bob")).Should().Be(p[1], "the cursor is never before the position of joining");
    }

    [Fact]
    public async Task The_membership_version_changes_with_each_join_and_leave()
    {
        await using var h = await CreateAsync();
        var versions = new List<long> { (await h.StateAsync(Bob)).MembershipVersion };
        for (var i = 0; i < 3; i++)
        {
            await h.Store.Memberships.AddAsync("team", "bob", default);
            versions.Add((await h.StateAsync(Bob)).MembershipVersion);
            await h.Store.Memberships.RemoveAsync("team", "bob", default);
            versions.Add((await h.StateAsync(Bob)).MembershipVersion);
        }

        versions[0].Should().Be(0);
        versions.Should().OnlyHaveUniqueItems();
        versions.Skip(1).Should().OnlyContain(v => v > 0);
        (await h.StateAsync(WsmqAddress.User("eve"))).MembershipVersion.Should().Be(0);
        (await h.StateAsync(Bob)).Tail.Should().Be(WsmqPosition.Start, "a membership is not an entry");
    }

    [Fact]
    public async Task Leaving_a_group_without_being_a_member_changes_nothing()
    {
        await using var h = await CreateAsync();
        await h.Store.Memberships.RemoveAsync("team", "bob", default);
        (await h.StateAsync(Bob)).MembershipVersion.Should().Be(0);
    }

    [Fact]
    public async Task Memberships_are_listed_by_user_and_by_group()
    {
        await using var h = await CreateAsync();
        var store = h.Store.Memberships;
        foreach (var (group, user) in new[] { ("g1", "bob"), ("g2", "bob"), ("g1", "eve"), ("g3", "eve"), ("g3", "bob") })
            await store.AddAsync(group, user, default);
        await store.RemoveAsync("g3", "bob", default);

        (await store.GroupsOfAsync("bob", default)).Select(m => m.Group).Should().BeEquivalentTo("g1", "g2");
        (await store.GroupsOfAsync("eve", default)).Select(m => m.Group).Should().BeEquivalentTo("g1", "g3");
        (await store.MembersOfAsync("g1", default)).Should().BeEquivalentTo("bob", "eve");
        (await store.MembersOfAsync("g3", default)).Should().BeEquivalentTo("eve");
        (await store.GroupsOfAsync("nobody", default)).Should().BeEmpty();
        (await store.MembersOfAsync("nothing", default)).Should().BeEmpty();
    }
}
