using System.Security.Claims;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.Logging;
using Wsmq.Server.Hosting;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Limits;

/// <summary>Limit classes: which class a user is in, and which limits apply to each.</summary>
public sealed class LimitClassTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_default_limits_suit_people_and_the_limits_of_the_service_class_are_far_higher()
    {
        var limits = new WsmqOptions().Limits;
        var service = limits.With(limits.Classes[WsmqLimitOptions.ServiceClass]);

        limits.UserSendsPerSecond.Should().BeLessThan(100);
        limits.UserSendBurst.Should().BeInRange(100, 999);
        service.UserSendsPerSecond.Should().BeGreaterThan(100 * limits.UserSendsPerSecond);
        service.UserResumesPerSecond.Should().Be(limits.UserResumesPerSecond, "a class has the general value where it has none of its own");
    }

    // Other tests set these limits, so only this one checks a deployment that sets nothing: each of them bounds what one user can take
    // from all others, and is documented with its value. A higher value here is a higher value in every deployment.
    [Fact]
    public void The_default_limits_of_one_user_are_the_documented_ones()
    {
        var limits = new WsmqOptions().Limits;

        (limits.ConnectionSendsPerSecond, limits.ConnectionSendBurst).Should().Be((50, 500));
        (limits.UserSendsPerSecond, limits.UserSendBurst).Should().Be((50, 500));
        (limits.UserSendBytesPerMinute, limits.UserSendByteBurst).Should().Be((16 << 20, 16 << 20));
        limits.UserStorePercent.Should().Be(5);
        (limits.UserNewAddressesPerHour, limits.UserNewAddressBurst).Should().Be((100, 200));
        (limits.UserResumesPerSecond, limits.UserResumeBurst).Should().Be((50, 2_000));
        (limits.UserReadBytesPerSecond, limits.UserReadByteBurst).Should().Be((4 << 20, 32 << 20));
        (limits.UserBytesInProgress, limits.UserUnwrittenBytes).Should().Be((16 << 20, 16 << 20));
        (limits.UserConnectsPerMinute, limits.UserConnectBurst).Should().Be((120, 100));
        (limits.ConnectionsPerUser, limits.PendingConnectionsPerUser, limits.PendingConnectionsPerAddress).Should().Be((50, 100, 100));
        limits.GroupsPerUser.Should().Be(1_000);
        (limits.ClassClaim, limits.ClassProvider).Should().Be((null, null), "no user is in the service class unless the app configures it");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_connection_gets_the_limits_of_its_class(bool byClaim)
    {
        await using var node = await StartAsync(o =>
        {
            if (byClaim)
                o.Limits.ClassClaim = ClaimTypes.NameIdentifier;
            else
                o.Limits.ClassProvider = user => user.FindFirstValue(ClaimTypes.NameIdentifier) is "robot" ? "robot" : null;
        });
        (await SendAsync(node, "alice", 30)).Should().BeLessThan(15);
        (await SendAsync(node, "robot", 30)).Should().Be(30);
    }

    [Fact]
    public async Task A_class_that_does_not_exist_applies_the_general_limits_and_is_logged_once()
    {
        var logs = new RecordedLogs();
        await using var node = await StartAsync(o => o.Limits.ClassProvider = _ => "typo", logs);

        (await SendAsync(node, "alice", 30)).Should().BeLessThan(15);
        (await SendAsync(node, "robot", 30)).Should().BeLessThan(15);
        logs.Of(LogLevel.Warning).Should().ContainSingle(text => text.Contains("typo"));
    }

    [Fact]
    public async Task Sends_of_a_user_in_one_class_count_against_the_limit_of_another_class()
    {
        var service = true;
        await using var node = await StartAsync(o => o.Limits.ClassProvider = _ => service ? "robot" : null);
        (await SendAsync(node, "alice", 30)).Should().Be(30);
        service = false;

        (await SendAsync(node, "alice", 1)).Should().Be(0);
    }

    [Fact]
    public void A_class_with_a_value_out_of_range_is_named_at_startup()
    {
        var options = new WsmqOptions();
        options.Limits.Classes["robot"] = new WsmqLimitClass { UserSendBurst = 0, ConnectionsPerUser = -1 };
        options.Limits.ClassClaim = string.Empty;

        var defects = new WsmqOptionsValidation().Validate(null, options).Failures;

        defects.Should().HaveCount(3).And.Contain(d => d.Contains("Classes[robot]") && d.Contains("UserSendBurst"))
            .And.Contain(d => d.Contains("Classes[robot]") && d.Contains("ConnectionsPerUser")).And.Contain(d => d.Contains("ClassClaim"));
    }

    private static async Task<int> SendAsync(TestNode node, string user, int count)
    {
        await using var client = await PlainClient.ConnectAsync(node, user);
        var results = await client.Connection.InvokeAsync<WsmqItemResult[]>(
            "SendMany", Enumerable.Range(0, count).Select(i => new { to = "user:" + user, body = i }));
        return results.Count(r => r.Error is null);
    }

    private Task<TestNode> StartAsync(Action<WsmqOptions> set, RecordedLogs? logs = null) => TestNode.StartAsync(
        s => s.UseSqlite(_folder.File("wsmq.db")),
        o =>
        {
            (o.Limits.UserSendsPerSecond, o.Limits.UserSendBurst) = (1, 10);
            o.Limits.Classes["robot"] = new WsmqLimitClass { UserSendBurst = 1_000 };
            set(o);
        },
        builder => builder.Logging.AddProvider(logs ?? new RecordedLogs()));
}
