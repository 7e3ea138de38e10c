using Wsmq.Server.Stores;

namespace Wsmq.Tests.Stores;

public abstract partial class StoreContract
{
    private const int Many = 1_000;

    // The store's clock is close to this one; the rules in these tests end minutes from now.
    private static long Ms(int minutesFromNow) => DateTimeOffset.UtcNow.AddMinutes(minutesFromNow).ToUnixTimeMilliseconds();

    private static AccessRule Rule(AccessRuleKind kind, string name, long at, long? until = null) => new(kind, name, at, until ?? Ms(10));

    private static object Content(AccessRule rule) => (rule.Kind, rule.Name, rule.At, rule.Until);

    [Fact]
    public async Task Access_rules_are_read_in_the_order_of_their_writing_and_survive_a_restart()
    {
        await using var h = await CreateAsync();
        (await h.Store.Access.ReadAsync(0, Many, default)).Should().BeEquivalentTo(new AccessPage(0, []));
        AccessRule[] rules =
        [
            Rule(AccessRuleKind.Token, "a token: with | signs ü", 5), Rule(AccessRuleKind.UserBefore, "bob", 7),
            Rule(AccessRuleKind.AllBefore, "", 8), Rule(AccessRuleKind.Ban, "bob", AccessRule.Never, AccessRule.Never),
            Rule(AccessRuleKind.Disconnect, "eve", 1),
        ];
        foreach (var rule in rules)
            await h.Store.Access.WriteAsync(rule, Many, default);
        await h.RestartAsync();

        var page = await h.Store.Access.ReadAsync(0, Many, default);

        page.Rules.Select(Content).Should().Equal(rules.Select(Content));
        page.Rules.Select(r => r.Version).Should().BeInAscendingOrder().And.OnlyHaveUniqueItems();
        page.Version.Should().Be(page.Rules[^1].Version);
    }

    [Fact]
    public async Task Only_rules_after_a_version_are_read_and_in_pages()
    {
        await using var h = await CreateAsync();
        for (var i = 0; i < 5; i++)
            await h.Store.Access.WriteAsync(Rule(AccessRuleKind.Token, $"t{i}", i), Many, default);
        var first = await h.Store.Access.ReadAsync(0, 2, default);
        var second = await h.Store.Access.ReadAsync(first.Rules[^1].Version, 2, default);
        first.Rules.Concat(second.Rules).Select(r => r.Name).Should().Equal("t0", "t1", "t2", "t3");
        first.Version.Should().BeGreaterThan(second.Rules[^1].Version, "there is more");

        var known = (await h.Store.Access.ReadAsync(0, Many, default)).Version;
        (await h.Store.Access.ReadAsync(known, Many, default)).Should().BeEquivalentTo(new AccessPage(known, []));
        await h.Store.Access.WriteAsync(Rule(AccessRuleKind.Token, "t1", 9), Many, default);
        (await h.Store.Access.ReadAsync(known, Many, default)).Rules.Select(r => r.Name).Should().Equal("t1");
        (await h.Store.Access.ReadAsync(0, Many, default)).Rules.Select(r => r.Name).Should().Equal("t0", "t2", "t3", "t4", "t1");
    }

    [Fact]
    public async Task A_revocation_cannot_be_shortened_and_a_ban_can()
    {
        await using var h = await CreateAsync();
        var (soon, late) = (Ms(5), Ms(50));
        foreach (var kind in new[] { AccessRuleKind.Token, AccessRuleKind.UserBefore, AccessRuleKind.AllBefore, AccessRuleKind.Ban })
        {
            var name = kind == AccessRuleKind.AllBefore ? "" : "x";
            await h.Store.Access.WriteAsync(Rule(kind, name, 70, late), Many, default);
            await h.Store.Access.WriteAsync(Rule(kind, name, 60, soon), Many, default);
        }

        var rules = (await h.Store.Access.ReadAsync(0, Many, default)).Rules;

        rules.Where(r => r.OnlyGrows).Should().HaveCount(3).And.OnlyContain(r => r.At == 70 && r.Until == late);
        rules.Should().ContainSingle(r => r.Kind == AccessRuleKind.Ban && r.At == 60 && r.Until == soon);
    }

    [Fact]
    public async Task Expired_rules_are_removed()
    {
        await using var h = await CreateAsync();
        for (var i = 0; i < 20; i++)
            await h.Store.Access.WriteAsync(Rule(AccessRuleKind.Token, $"old{i}", 1, Ms(-1)), Many, default);
        await h.Store.Access.WriteAsync(Rule(AccessRuleKind.Token, "new", 1), Many, default);

        (await h.Store.Access.ReadAsync(0, Many, default)).Rules.Select(r => r.Name).Should().Equal("new");
    }

    [Fact]
    public async Task The_number_of_rules_is_limited_and_a_rule_for_all_tokens_is_always_accepted()
    {
        await using var h = await CreateAsync();
        for (var i = 0; i < 3; i++)
            await h.Store.Access.WriteAsync(Rule(AccessRuleKind.Token, $"t{i}", 1), 3, default);

        await ShouldRefuseAsync(() => h.Store.Access.WriteAsync(Rule(AccessRuleKind.Token, "t3", 1), 3, default), WsmqErrors.StoreFull);
        await h.Store.Access.WriteAsync(Rule(AccessRuleKind.Token, "t2", 2), 3, default);
        await h.Store.Access.WriteAsync(Rule(AccessRuleKind.AllBefore, "", 2), 3, default);

        (await h.Store.Access.ReadAsync(0, Many, default)).Rules.Select(r => r.Name).Should().Equal("t0", "t1", "t2", "");
    }

    [Fact]
    public async Task A_new_rule_raises_Changed()
    {
        await using var h = await CreateAsync();
        var told = 0;
        h.Store.Access.Changed += () => Interlocked.Increment(ref told);
        await h.Store.Access.WriteAsync(Rule(AccessRuleKind.Token, "t", 1), Many, default);
        await Eventually.That("the change is raised", () => Volatile.Read(ref told) > 0);
    }
}
