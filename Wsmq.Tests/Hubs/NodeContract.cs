using Wsmq.Tests.Support;


namespace Wsmq.Tests.Hubs;

/// <summary>The behavior of a node towards plain SignalR clients, on every store.</summary>
public abstract partial class NodeContract : IAsyncLifetime
{
    private readonly List<TestNode> _nodes = [];

    public abstract Task InitializeAsync();

    public async Task DisposeAsync()
    {
        foreach (var node in _nodes)
            await node.DisposeAsync();
        await CleanUpAsync();
    }

    private protected abstract void UseStore(WsmqBuilder builder);

    private protected abstract Task CleanUpAsync();

    private protected async Task<TestNode> StartAsync(Action<WsmqOptions>? options = null)
    {
        var node = await TestNode.StartAsync(UseStore, options);
        _nodes.Add(node);
        return node;
    }

    private static WsmqOutgoingMessage Message(string to, int number) =>
        new() { To = to, Id = $"m{number}", Body = WsmqJsonBody.Parse(number.ToString("D", null)) };

    private static async Task<WsmqReceipt[]> PublishAsync(TestNode node, string to, int first, int count)
    {
        var results = await node.Publisher.SendManyAsync([.. Enumerable.Range(first, count).Select(i => Message(to, i))]);
        return [.. results.Select(r => r.Receipt!)];
    }

    private static string[] Numbers(int first, int count) => [.. Enumerable.Range(first, count).Select(i => i.ToString("D", null))];

    private static bool Missing(GapSeen gap, string position) =>
        string.CompareOrdinal(gap.After, position) < 0 && string.CompareOrdinal(position, gap.Before) < 0;
}

public sealed class SqliteNodeTests : NodeContract
{
    private readonly TempFolder _folder = new();

    public override Task InitializeAsync() => Task.CompletedTask;

    private protected override void UseStore(WsmqBuilder builder) => builder.UseSqlite(_folder.File("wsmq.db"));

    private protected override Task CleanUpAsync()
    {
        _folder.Dispose();
        return Task.CompletedTask;
    }
}

public sealed class RedisNodeTests : NodeContract
{
    private RedisServer _redis = null!;

    public override async Task InitializeAsync() => _redis = await RedisServer.StartAsync(appendOnly: true);

    private protected override void UseStore(WsmqBuilder builder) => builder.UseRedis(_redis.EndPoint);

    private protected override async Task CleanUpAsync() => await _redis.DisposeAsync();
}
