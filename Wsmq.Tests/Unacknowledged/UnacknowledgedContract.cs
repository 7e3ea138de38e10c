using Microsoft.Extensions.DependencyInjection;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Unacknowledged;

/// <summary>
/// The hook for messages that no device of a user has acknowledged, on every store: over two nodes where the store supports several.
/// </summary>
public abstract partial class UnacknowledgedContract : IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(300);

    // Enough for a burst, and for acks, on a busy machine.
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(3);

    private readonly List<IAsyncDisposable> _running = [];

    private HookCalls Calls { get; } = new();

    private protected abstract bool ManyNodes { get; }

    public abstract Task InitializeAsync();

    public async Task DisposeAsync()
    {
        for (var i = _running.Count - 1; i >= 0; i--)
            await _running[i].DisposeAsync();
        await CleanUpAsync();
    }

    private protected abstract void UseStore(WsmqBuilder builder);

    private protected abstract Task CleanUpAsync();

    // The second node is there to take what is due, or to leave it to the first one.
    private async Task<TestNode> StartAsync(Action<WsmqOptions>? options = null)
    {
        var node = await StartOneAsync(options, Calls);
        if (ManyNodes)
            await StartOneAsync(options, Calls);
        return node;
    }

    private async Task<TestNode> StartOneAsync(Action<WsmqOptions>? options, HookCalls calls) => Keep(await TestNode.StartAsync(
        builder =>
        {
            UseStore(builder);
            builder.OnUnacknowledged<RecordingHook>();
        },
        o =>
        {
            (o.Unacknowledged.After, o.Unacknowledged.Gather) = (Soon, Soon);
            options?.Invoke(o);
        },
        builder => builder.Services.AddSingleton(calls).AddScoped<HookScope>()));

    private async Task<PlainClient> ConnectAsync(TestNode node, string user, string? device = null, bool ack = true) =>
        Keep(await PlainClient.ConnectAsync(node, user, device, ack));

    private T Keep<T>(T disposable)
        where T : IAsyncDisposable
    {
        _running.Add(disposable);
        return disposable;
    }

    private static WsmqOutgoingMessage Message(string to, string id) => new() { To = to, Id = id, Type = "test", Body = WsmqJsonBody.Parse("1") };

    private static async Task SendAsync(TestNode node, params IEnumerable<WsmqOutgoingMessage> messages) =>
        (await node.Publisher.SendManyAsync([.. messages])).Should().OnlyContain(r => r.Receipt != null);

    // A user who is told of last, after the others would have been.
    private async Task AllAreToldAsync(TestNode node, params string[] expected)
    {
        await SendAsync(node, Message("user:last", "last"));
        await Eventually.That("the last one is told of", () => Calls.Ids.Contains("last: last"));
        Calls.Ids.Where(c => c != "last: last").Order(StringComparer.Ordinal).Should().Equal(expected.Order(StringComparer.Ordinal));
    }
}

public sealed class UnacknowledgedSqliteTests : UnacknowledgedContract
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

[Collection(SharedRedis.Name)]
public sealed class UnacknowledgedRedisTests(SharedRedis redis) : UnacknowledgedContract
{
    private readonly string _prefix = redis.NextPrefix();

    private protected override bool ManyNodes => true;

    public override Task InitializeAsync() => Task.CompletedTask;

    private protected override void UseStore(WsmqBuilder builder) => builder.UseRedis(redis.Server.EndPoint, o => o.KeyPrefix = _prefix);

    private protected override Task CleanUpAsync() => Task.CompletedTask;
}

[Collection(SharedCluster.Name)]
public sealed class UnacknowledgedClusterTests(SharedCluster cluster) : UnacknowledgedContract
{
    private readonly string _prefix = cluster.NextPrefix();

    private protected override bool ManyNodes => true;

    public override Task InitializeAsync() => Task.CompletedTask;

    private protected override void UseStore(WsmqBuilder builder) => builder.UseRedis(cluster.EndPoints, o => o.KeyPrefix = _prefix);

    private protected override Task CleanUpAsync() => Task.CompletedTask;
}
