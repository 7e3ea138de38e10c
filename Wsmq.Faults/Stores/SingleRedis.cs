using Wsmq.Faults.Nodes;
using Wsmq.Testing;

namespace Wsmq.Faults.Stores;

/// <summary>One Redis with an append-only file. Each node reaches it through a proxy of its own.</summary>
internal sealed class SingleRedis(string folder, Timings timings) : Deployment(folder, timings), IRedisPrimary
{
    private readonly List<TcpProxy> _lines = [];

    public override string Name => StoreName.Redis;

    public override IReadOnlyList<TcpProxy> Lines => _lines;

    public RedisServer Primary { get; private set; } = null!;

    /// <summary>Null if there is no C compiler.</summary>
    public FakeClock? Clock { get; private set; }

    public override async Task StartAsync(int nodes)
    {
        Clock = await FakeClock.TryCreateAsync(Folder);
        Primary = await RedisSettings.StartAsync(Clock?.Environment ?? new Dictionary<string, string>());
        for (var i = 0; i < nodes; i++)
            _lines.Add(new TcpProxy(Primary.Uri));
        await StartNodesAsync(_lines.Select(l => new NodeSettings($"127.0.0.1:{l.Port}", null, Timings)));
    }

    public override async Task<int> SubscriptionsAsync() => RedisSettings.Count(await Primary.CommandAsync("PUBSUB CHANNELS"));

    public override Task<int> JournaledAsync() => RedisSettings.JournaledAsync(Primary);

    protected override async ValueTask DisposeStoreAsync()
    {
        foreach (var line in _lines)
            await line.DisposeAsync();
        if (Primary is not null)
            await Primary.DisposeAsync();
    }
}

/// <summary>A store with one Redis that accepts all writes.</summary>
internal interface IRedisPrimary
{
    RedisServer Primary { get; }
}
