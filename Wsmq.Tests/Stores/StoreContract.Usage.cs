using Wsmq.Server.Stores;

namespace Wsmq.Tests.Stores;

public abstract partial class StoreContract
{
    private static UsageCharge Charge(long apart, params UsageItem[] items) => new(items, 0, apart, TimeSpan.Zero);

    private static UsageItem Item(WsmqAddress log, long bytes, long? at = null) =>
        new(log.ToString(), new WsmqPosition(at ?? (DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() * 1_000)), bytes);

    [Fact]
    public async Task Charges_of_a_user_add_up_and_survive_a_restart()
    {
        await using var h = await CreateAsync();
        var usage = h.Store.Usage;
        (await usage.AddAsync("bob", Charge(0), default)).Bytes.Should().Be(0);
        var first = (await usage.AddAsync("bob", Charge(1_000_000, Item(Bob, 10_000)), default)).Bytes;
        var second = (await usage.AddAsync("bob", Charge(1_000_000, Item(Bob, 10_000), Item(Team, 10_000)) with { Permanent = 5_000 }, default)).Bytes;
        await h.RestartAsync();

        first.Should().BeInRange(10_000, 20_000);
        second.Should().BeInRange(35_000, 60_000);
        (await h.Store.Usage.AddAsync("bob", Charge(0), default)).Bytes.Should().Be(second);
        (await h.Store.Usage.AddAsync("cat", Charge(0), default)).Bytes.Should().Be(0);
        (await h.Store.Usage.PartsAsync("bob", default)).Should().BeEmpty("the parts are too small to be listed");
    }

    [Fact]
    public async Task Large_charges_are_stored_per_log_and_released_once()
    {
        await using var h = await CreateAsync();
        var usage = h.Store.Usage;
        var sum = (await usage.AddAsync("bob", Charge(1_000, Item(Bob, 50_000), Item(Team, 70_000)), default)).Bytes;

        var parts = await usage.PartsAsync("bob", default);

        parts.Select(p => p.Name).Should().BeEquivalentTo("user:bob", "group:team");
        parts.Sum(p => UsageMarks.Sum(p.Marks)).Should().Be(sum);
        var team = parts.Single(p => p.Name == "group:team");
        var change = new UsageChange(team.Name, team.Marks, string.Empty, UsageMarks.Sum(team.Marks));
        var less = sum - change.Bytes;
        (await usage.ChangeAsync("bob", [change], default)).Should().Be(less);
        (await usage.ChangeAsync("bob", [change], default)).Should().Be(less, "the marks have changed since");
        (await usage.PartsAsync("bob", default)).Should().ContainSingle();
    }

    [Fact]
    public async Task Marks_of_a_log_stay_few_and_lose_no_bytes()
    {
        await using var h = await CreateAsync();
        var start = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() * 1_000;
        UsageSum sum = default;
        for (var i = 0; i < 50; i++)
            sum = await h.Store.Usage.AddAsync("bob", Charge(0, Item(Bob, 1_000, start + (i * UsageNames.LogQuantum))), default);

        var marks = (await h.Store.Usage.PartsAsync("bob", default)).Single().Marks;

        marks.Should().HaveLength(16 * 28);
        UsageMarks.Sum(marks).Should().Be(sum.Bytes).And.BeGreaterThanOrEqualTo(50_000);
        UsageMarks.Sum(UsageMarks.Without(marks, start + (48 * UsageNames.LogQuantum))).Should().Be(1_000, "the newest are still distinguished");
    }

    [Fact]
    public async Task The_account_of_a_user_with_very_many_logs_is_bounded()
    {
        await using var h = await CreateAsync();
        UsageSum sum = default;
        for (var i = 0; i < 4; i++)
            sum = await h.Store.Usage.AddAsync("bob", Charge(0, [.. Enumerable.Range(i * 400, 400).Select(n => Item(WsmqAddress.User($"u{n}"), 1_000))]), default);

        (await h.Store.Usage.PartsAsync("bob", default)).Should().HaveCount(UsageNames.Most);
        sum.Bytes.Should().BeGreaterThanOrEqualTo(1_600_000);
    }

    [Fact]
    public async Task Charges_older_than_the_retention_expire_and_charges_for_addresses_do_not()
    {
        await using var h = await CreateAsync(o => o.Retention.MaxAge = TimeSpan.FromSeconds(1));
        await h.Store.Usage.AddAsync("bob", Charge(500_000, Item(Team, 1_000), Item(Bob, 50_000)) with { Permanent = 700 }, default);

        await Eventually.That("only the address is left", async () => (await h.Store.Usage.AddAsync("bob", Charge(0), default)).Bytes == 700);
    }

    [Fact]
    public async Task The_send_rate_of_a_user_is_charged_across_all_nodes()
    {
        await using var h = await CreateAsync();
        var charge = Charge(1_000, Item(Bob, 1)) with { Ahead = TimeSpan.FromMinutes(10) };
        await h.Store.Usage.AddAsync("bob", charge, default);

        var sum = await h.Store.Usage.AddAsync("bob", charge, default);

        sum.Ahead.Should().BeGreaterThan(TimeSpan.FromMinutes(19)).And.BeLessThanOrEqualTo(TimeSpan.FromMinutes(20));
    }
}
