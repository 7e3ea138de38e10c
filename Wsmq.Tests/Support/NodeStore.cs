namespace Wsmq.Tests.Support;

/// <summary>The store of the nodes of one test, with data of its own.</summary>
public sealed class NodeStore : IDisposable
{
    private readonly Action<WsmqBuilder> _use;
    private readonly TempFolder? _folder;

    private NodeStore(Action<WsmqBuilder> use, TempFolder? folder) => (_use, _folder) = (use, folder);

    /// <summary>Whether several nodes may use it.</summary>
    public bool HasManyNodes => _folder is null;

    public static NodeStore Sqlite()
    {
        var folder = new TempFolder();
        return new NodeStore(builder => builder.UseSqlite(folder.File("wsmq.db")), folder);
    }

    public static NodeStore Of(SharedRedis redis) => OnRedis(redis.Server.EndPoint, redis.NextPrefix());

    public static NodeStore Of(SharedCluster cluster) => OnRedis(cluster.EndPoints, cluster.NextPrefix());

    public void Use(WsmqBuilder builder) => _use(builder);

    public void Dispose() => _folder?.Dispose();

    private static NodeStore OnRedis(string configuration, string prefix) =>
        new(builder => builder.UseRedis(configuration, o => o.KeyPrefix = prefix), null);
}
