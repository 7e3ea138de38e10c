using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Server.Stores;

namespace Wsmq.Tests.Client;

/// <summary>The typed client against real nodes, on each store: two nodes where the store supports several.</summary>
public abstract partial class RealServerContract : IAsyncLifetime
{
    private const string Bob = "user:bob";
    private readonly List<IAsyncDisposable> _running = [];

    private protected TestNode A { get; private set; } = null!;

    /// <summary>The second node, or the same node where the store supports only one.</summary>
    private protected TestNode B { get; private set; } = null!;

    private protected abstract bool ManyNodes { get; }

    public abstract Task InitializeAsync();

    public async Task DisposeAsync()
    {
        try
        {
            // Clients before their proxies, and proxies before the nodes.
            for (var i = _running.Count - 1; i >= 0; i--)
                await _running[i].DisposeAsync();
        }
        finally
        {
            await CleanUpAsync();
        }
    }

    private protected abstract void UseStore(WsmqBuilder builder);

    private protected abstract Task CleanUpAsync();

    private protected async Task StartNodesAsync(Action<WsmqOptions>? options = null)
    {
        A = Keep(await TestNode.StartAsync(UseStore, options));
        B = ManyNodes ? Keep(await TestNode.StartAsync(UseStore, options)) : A;
    }

    private protected T Keep<T>(T disposable)
        where T : IAsyncDisposable
    {
        _running.Add(disposable);
        return disposable;
    }

    private protected async Task<TypedClient> StartClientAsync(
        Uri hub, string user, Func<Number, Task>? handle = null, Action<WsmqClientOptions>? configure = null) =>
        Keep(await TypedClient.StartAsync(hub, user, handle, configure));

    private protected static Task PublishAsync(TestNode node, string to, IEnumerable<int> numbers) => node.Publisher.SendManyAsync(
        [.. numbers.Select(n => new WsmqOutgoingMessage { To = to, Type = nameof(Number), Body = WsmqJsonBody.From(new Number(n), JsonSerializerOptions.Web) })]);

    /// <summary>The acknowledged position as stored.</summary>
    private protected async Task<WsmqPosition> CursorAsync(string source, string user) => (await A.Services.GetRequiredService<IStore>().MessageLog
        .OpenCursorAsync(WsmqAddress.Parse(source), user, "default", CancellationToken.None)).Position;

    private protected Task CursorIsAsync(string source, string user, WsmqPosition position) =>
        Eventually.That($"{user} has acknowledged {source} up to {position}", async () => await CursorAsync(source, user) == position);

    private protected static IEnumerable<int> Numbers(int count) => Enumerable.Range(0, count);
}

public sealed class RealServerSqliteTests : RealServerContract
{
    private readonly TempFolder _folder = new();

    private protected override bool ManyNodes => false;

    public override Task InitializeAsync() => Task.CompletedTask;

    private protected override void UseStore(WsmqBuilder builder) => builder.UseSqlite(_folder.File("wsmq.db"));

    private protected override Task CleanUpAsync()
    {
        _folder.Dispose();
        return Task.CompletedTask;
    }
}

public sealed class RealServerRedisTests(SharedRedis redis) : RealServerContract, IClassFixture<SharedRedis>
{
    private readonly string _prefix = redis.NextPrefix();

    private protected override bool ManyNodes => true;

    public override Task InitializeAsync() => Task.CompletedTask;

    private protected override void UseStore(WsmqBuilder builder) => builder.UseRedis(redis.Server.EndPoint, o => o.KeyPrefix = _prefix);

    private protected override Task CleanUpAsync() => Task.CompletedTask;
}
