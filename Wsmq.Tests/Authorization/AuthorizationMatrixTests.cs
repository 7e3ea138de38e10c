using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Tests.Api;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Authorization;

/// <summary>Tests every cell of <see cref="AuthorizationTable"/> on a real node with real tokens.</summary>
public abstract class AuthorizationMatrixTests : IAsyncLifetime
{
    public static TheoryData<string> Actors => [.. AuthorizationTable.Actors.Select(a => a.Name)];

    public virtual Task InitializeAsync() => Task.CompletedTask;

    public abstract Task DisposeAsync();

    [Theory]
    [MemberData(nameof(Actors))]
    public async Task Every_attempt_has_the_outcome_that_the_table_states(string actor)
    {
        await using var node = await TestNode.StartAsync(
            UseStore, o => (o.Queues["jobs"], o.Presence.IsEnabled) = (new WsmqQueueOptions(), true), services: builder => UseAuthorizer(builder.Services, actor),
            endpoints: app => app.MapWsmqApi(HttpCaller.Path));
        await node.Groups.AddToGroupAsync("carol", "team");
        await node.Groups.AddToGroupAsync("carol", "secret");
        await using var attempts = await AuthorizationAttempts.BeginAsync(node, actor);

        var wrong = new List<string>();
        foreach (var method in AuthorizationTable.Methods)
        {
            var expected = AuthorizationTable.Expected(actor, method);
            var actual = await attempts.TryAllAsync(method, expected);
            wrong.AddRange(AuthorizationTable.Targets
                .Select((target, i) => $"{method} {target}: {actual[i]}, but the table states {expected[i]}")
                .Where((_, i) => actual[i] != expected[i]));
        }

        wrong.Should().BeEmpty();
    }

    private protected abstract void UseStore(WsmqBuilder builder);

    // All other actors use the default authorizer.
    private static void UseAuthorizer(IServiceCollection services, string actor)
    {
        if (actor is "granted" or "refused")
            services.AddSingleton<IWsmqAuthorizer>(new OneAnswer(actor == "granted"));
    }

    private sealed class OneAnswer(bool granted) : IWsmqAuthorizer
    {
        public ValueTask<bool> CanSendAsync(WsmqCaller caller, WsmqAddress to, CancellationToken cancellationToken) => new(granted);

        public ValueTask<bool> CanReadAsync(WsmqCaller caller, WsmqAddress source, CancellationToken cancellationToken) =>
            new(granted || source == WsmqAddress.User(caller.UserId));

        public ValueTask<WsmqHistoryAccess> HistoryAccessAsync(WsmqCaller caller, WsmqAddress source, CancellationToken cancellationToken) =>
            new(granted || source == WsmqAddress.User(caller.UserId) ? WsmqHistoryAccess.All : WsmqHistoryAccess.None);

        public ValueTask<bool?> CanSeePresenceAsync(WsmqCaller caller, WsmqAddress address, CancellationToken cancellationToken) =>
            new(granted ? true : null);

        public ValueTask<bool> CanWorkAsync(WsmqCaller caller, WsmqAddress queue, CancellationToken cancellationToken) => new(granted);

        public ValueTask<bool> CanManageQueueAsync(WsmqCaller caller, WsmqAddress queue, CancellationToken cancellationToken) => new(granted);
    }
}

public sealed class SqliteAuthorizationMatrixTests : AuthorizationMatrixTests
{
    private readonly TempFolder _folder = new();

    public override Task DisposeAsync()
    {
        _folder.Dispose();
        return Task.CompletedTask;
    }

    private protected override void UseStore(WsmqBuilder builder) => builder.UseSqlite(_folder.File("wsmq.db"));
}

public sealed class RedisAuthorizationMatrixTests(SharedRedis redis) : AuthorizationMatrixTests, IClassFixture<SharedRedis>
{
    public override Task DisposeAsync() => Task.CompletedTask;

    private protected override void UseStore(WsmqBuilder builder)
    {
        var prefix = redis.NextPrefix();
        builder.UseRedis(redis.Server.EndPoint, o => o.KeyPrefix = prefix);
    }
}
