using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Wsmq.Server.Stores.Redis;

namespace Wsmq.Tests.Stores;

/// <summary>A server that refuses for a while: callers get a retryable error, and calls succeed again once it accepts.</summary>
public sealed class RedisRefusalTests : IAsyncLifetime
{
    private static readonly WsmqAddress Bob = WsmqAddress.User("bob");

    private string? _password;
    private RedisServer _redis = null!;
    private RedisStore _store = null!;
    private ConnectionMultiplexer _admin = null!;
    private int _ids;

    public async Task InitializeAsync()
    {
        _redis = await RedisServer.StartAsync();
        _admin = await AdminConnection.OpenAsync(_redis.EndPoint);
        _store = new RedisStore(
            Options.Create(new WsmqOptions()),
            Options.Create(new WsmqRedisOptions
            {
                Configuration = _redis.EndPoint,
                CommandTimeout = TimeSpan.FromSeconds(1),
                ProbeInterval = TimeSpan.FromMilliseconds(100),
                ConfigureConnection = c => c.Password = _password,
            }),
            NullLogger<RedisStore>.Instance);
        await _store.StartAsync(default);
        await _store.Memberships.AddAsync("ops", "bob", default);
        await AppendAsync();
    }

    public async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        await _admin.DisposeAsync();
        await _redis.DisposeAsync();
    }

    private Task AppendAsync() =>
        _store.MessageLog.Appenders[0].AppendAsync([StoreHarness.Message(Bob, "sender", $"{Interlocked.Increment(ref _ids)}")], follows: false, default);

    private Task AdminAsync(string command, params object[] arguments) => _admin.GetServers()[0].ExecuteAsync(command, arguments);

    [Theory]
    [InlineData("CONFIG SET min-replicas-to-write 1", "CONFIG SET min-replicas-to-write 0")]
    [InlineData("REPLICAOF 127.0.0.1 1", "REPLICAOF NO ONE")]
    [InlineData("ACL SETUSER default -eval -evalsha", "ACL SETUSER default +eval +evalsha")]
    [InlineData("ACL SETUSER default -@all +acl", "ACL SETUSER default +@all")]
    public async Task A_refusal_of_Redis_is_a_retryable_error_and_calls_succeed_once_it_accepts(string refuse, string allow)
    {
        await _redis.ExpectOkAsync(refuse);
        await RefusedAsync(AppendAsync);

        await _redis.ExpectOkAsync(allow);
        await ServedAsync();
    }

    [Fact]
    public async Task A_membership_that_may_not_be_read_is_not_reported_as_missing()
    {
        await _redis.ExpectOkAsync("ACL SETUSER default -hexists");
        await RefusedAsync(() => _store.Memberships.IsMemberAsync("ops", "bob", default));
        await _redis.ExpectOkAsync("ACL SETUSER default +hexists");
        (await _store.Memberships.IsMemberAsync("ops", "bob", default)).Should().BeTrue();
    }

    [Fact]
    public async Task A_full_server_throws_StoreFull_and_accepts_messages_when_it_has_memory()
    {
        await _redis.ExpectOkAsync("CONFIG SET maxmemory 1");
        (await FluentActions.Awaiting(AppendAsync).Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(WsmqErrors.StoreFull);
        await _redis.ExpectOkAsync("CONFIG SET maxmemory 0");
        await ServedAsync();
    }

    [Fact]
    public async Task A_new_password_is_requested_from_the_app_when_the_old_one_is_refused()
    {
        await AdminAsync("CONFIG", "SET", "requirepass", "new");
        foreach (var type in new[] { "normal", "pubsub" })
            await AdminAsync("CLIENT", "KILL", "TYPE", type);
        await RefusedAsync(AppendAsync);

        _password = "new";
        await ServedAsync();
        var signals = 0;
        await using var subscription = await _store.Signals.SubscribeAsync(Bob, _ => Interlocked.Increment(ref signals), default);
        await Eventually.That("signals arrive", async () =>
        {
            await ServedAsync();
            return Volatile.Read(ref signals) > 0;
        });
    }

    private static async Task RefusedAsync(Func<Task> ask)
    {
        for (var i = 0; i < 3; i++)
            (await FluentActions.Awaiting(ask).Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(WsmqErrors.StoreUnavailable);
    }

    private Task ServedAsync() => Eventually.That("messages are stored again", async () =>
    {
        try
        {
            await AppendAsync();
            return await _store.Memberships.IsMemberAsync("ops", "bob", default);
        }
        catch (WsmqException e) when (e.Error == WsmqErrors.StoreUnavailable)
        {
            return false;
        }
    });
}
