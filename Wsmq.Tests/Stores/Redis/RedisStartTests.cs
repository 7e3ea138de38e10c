using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Wsmq.Server.Stores.Redis.Connections;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Stores;

/// <summary>Errors and warnings at the start of the app about a Redis that cannot, or might not, keep messages.</summary>
public sealed class RedisStartTests
{
    [Theory]
    [InlineData("allkeys-lru")]
    [InlineData("allkeys-random")]
    [InlineData("volatile-lru")]
    [InlineData("volatile-lfu")]
    [InlineData("volatile-random")]
    [InlineData("volatile-ttl")]
    public async Task A_Redis_that_evicts_keys_is_refused_with_the_setting_to_change(string policy)
    {
        await using var redis = await RedisServer.StartAsync(appendOnly: true, "--maxmemory", "50mb", "--maxmemory-policy", policy);

        var refused = await Record.ExceptionAsync(() => TestNode.StartAsync(s => s.UseRedis(redis.EndPoint)));

        refused.Should().BeOfType<InvalidOperationException>()
            .Which.Message.Should().Contain(policy).And.Contain("config set maxmemory-policy noeviction");
    }

    [Theory]
    [InlineData("allkeys-lru", "INFO")]
    [InlineData("volatile-ttl", "INFO")]
    [InlineData("volatile-lru", "INFO", "SCRIPT")]
    [InlineData("volatile-lru", "CONFIG", "SCRIPT", "CLIENT")]
    public async Task A_Redis_that_evicts_keys_is_refused_even_if_its_commands_were_renamed(string policy, params string[] renamed)
    {
        await using var redis = await RedisServer.StartAsync(appendOnly: false, [.. Renamed(renamed), "--maxmemory-policy", policy]);

        var refused = await Record.ExceptionAsync(() => StartAndSendAsync(redis.EndPoint, new RecordedLogs()));

        refused.Should().BeOfType<InvalidOperationException>().Which.Message.Should().Contain(policy);
    }

    [Theory]
    [InlineData("", "SCRIPT")]
    [InlineData("does not answer INFO", "INFO")]
    [InlineData("does not answer INFO", "INFO", "SCRIPT", "CLIENT")]
    [InlineData("does not report its maxmemory-policy", "INFO", "CONFIG")]
    [InlineData("does not report its maxmemory-policy", "INFO", "CONFIG", "SCRIPT", "CLIENT", "CLUSTER")]
    public async Task A_Redis_whose_commands_were_renamed_is_used_with_the_matching_warning(string warning, params string[] renamed)
    {
        var logs = new RecordedLogs();
        await using var redis = await RedisServer.StartAsync(appendOnly: false, Renamed(renamed));

        await StartAndSendAsync(redis.EndPoint, logs);

        logs.Of(LogLevel.Warning).Should().Contain(m => m.Contains(warning, StringComparison.Ordinal));
        logs.Of(LogLevel.Warning).Any(m => m.Contains("does not report its maxmemory-policy", StringComparison.Ordinal))
            .Should().Be(renamed.Contains("INFO") && renamed.Contains("CONFIG"));
        logs.Of(LogLevel.Error).Should().BeEmpty();
    }

    private static string[] Renamed(string[] commands) => [.. commands.SelectMany(c => new[] { "--rename-command", c, "" })];

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 1)]
    public async Task A_Redis_without_an_append_only_file_causes_a_warning(bool appendOnly, int warnings)
    {
        var logs = new RecordedLogs();
        await using var redis = await RedisServer.StartAsync(appendOnly);
        await using var node = await TestNode.StartAsync(s => s.UseRedis(redis.EndPoint), services: b => b.Logging.AddProvider(logs));

        logs.Of(LogLevel.Warning).Where(m => m.Contains("append-only file", StringComparison.Ordinal)).Should().HaveCount(warnings);
    }

    [Theory]
    [InlineData("allkeys-lru", "NOINFO", true)]
    [InlineData("noeviction", "NOINFO", false)]
    [InlineData("noeviction", "", false)]
    public async Task A_Redis_that_does_not_answer_INFO_is_queried_with_CONFIG(string policy, string info, bool isRefused)
    {
        var logs = new RecordedLogs();
        await using var redis = await RedisServer.StartAsync(appendOnly: false, "--maxmemory-policy", policy);

        var refused = await Record.ExceptionAsync(() => StartAndSendAsync($"{redis.EndPoint},$INFO={info}", logs));

        (refused is InvalidOperationException e && e.Message.Contains(policy, StringComparison.Ordinal)).Should().Be(isRefused);
        logs.Of(LogLevel.Warning).Should().Contain(m => m.Contains("INFO", StringComparison.Ordinal) && m.Contains(redis.EndPoint, StringComparison.Ordinal));
        logs.Of(LogLevel.Warning).Should().NotContain(m => m.Contains("does not report its maxmemory-policy", StringComparison.Ordinal));
        logs.Of(LogLevel.Warning).Any(m => m.Contains("append-only", StringComparison.Ordinal)).Should().Be(!isRefused);
    }

    [Fact]
    public async Task A_Redis_that_hides_its_eviction_policy_is_used_with_a_warning_that_states_the_remedy()
    {
        var logs = new RecordedLogs();
        await using var redis = await RedisServer.StartAsync();

        await StartAndSendAsync($"{redis.EndPoint},$INFO=NOINFO,$CONFIG=", logs);

        logs.Of(LogLevel.Warning).Should().ContainSingle(m => m.Contains("does not report its maxmemory-policy", StringComparison.Ordinal))
            .Which.Should().Contain("maxmemory-policy").And.Contain("noeviction").And.Contain(redis.EndPoint);
    }

    private static async Task StartAndSendAsync(string configuration, RecordedLogs logs)
    {
        await using var node = await TestNode.StartAsync(s => s.UseRedis(configuration), services: b => b.Logging.AddProvider(logs));
        await using var bob = await PlainClient.ConnectAsync(node, "bob");
        await bob.SendAsync("user:bob", 1);
        await bob.ReceivesAsync("1");
    }

    [Fact]
    public async Task An_unreachable_Redis_fails_the_start_with_its_address_and_without_the_password()
    {
        var refused = await Record.ExceptionAsync(
            () => TestNode.StartAsync(s => s.UseRedis("127.0.0.1:1,password=secret,connectTimeout=200,connectRetry=1")));

        refused.Should().BeOfType<InvalidOperationException>().Which.Message.Should().Contain("127.0.0.1:1").And.NotContain("secret");
        refused!.ToString().Should().NotContain("secret");
    }

    [Fact]
    public async Task A_changed_number_of_buckets_is_refused()
    {
        await using var redis = await RedisServer.StartAsync();
        await using (await TestNode.StartAsync(s => s.UseRedis(redis.EndPoint)))
        {
        }

        var refused = await Record.ExceptionAsync(() => TestNode.StartAsync(s => s.UseRedis(redis.EndPoint, o => o.Buckets = 8)));

        refused.Should().BeOfType<InvalidOperationException>().Which.Message.Should().Contain("64 buckets");
    }

    [Fact]
    public async Task A_deployment_keeps_its_number_of_buckets_if_the_app_asks_for_none()
    {
        await using var redis = await RedisServer.StartAsync();
        WsmqReceipt first, second;
        await using (var node = await TestNode.StartAsync(s => s.UseRedis(redis.EndPoint, o => o.Buckets = 8)))
            first = await node.Publisher.SendAsync(WsmqAddress.User("bob"), "one", new WsmqSendOptions { Id = "once" });

        await using (var node = await TestNode.StartAsync(s => s.UseRedis(redis.EndPoint)))
            second = await node.Publisher.SendAsync(WsmqAddress.User("bob"), "one", new WsmqSendOptions { Id = "once" });

        (await redis.CommandAsync("HGET wsmq:layout buckets")).Should().Contain("8");
        (await redis.CommandAsync($"EXISTS {new RedisKeys("wsmq", 8).Meta(WsmqAddress.User("bob"))}")).Should().Contain("1");
        (await redis.CommandAsync($"EXISTS {new RedisKeys("wsmq", 64).Meta(WsmqAddress.User("bob"))}")).Should().Contain("0");
        (second.Position, second.Duplicate).Should().Be((first.Position, true));
    }

    [Fact]
    public async Task Invalid_options_are_all_named_in_one_error()
    {
        var refused = await Record.ExceptionAsync(() => TestNode.StartAsync(
            s => s.UseRedis("x", o => o.KeyPrefix = "a b"), o => (o.Delivery.MaxInFlightMessages, o.Publish.SendTimeout) = (0, TimeSpan.FromMinutes(5))));

        refused!.ToString().Should().Contain("WsmqOptions.Delivery.MaxInFlightMessages is 0").And.Contain("less than WsmqOptions.Publish.DeduplicationWindow")
            .And.Contain("WsmqRedisOptions.KeyPrefix");
    }
}
