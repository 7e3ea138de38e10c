namespace Wsmq.Tests.Workers;

public sealed class SqliteAppWorkerTests : WorkerContract, IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private protected override WorkerKind Kind => WorkerKind.App;

    private protected override void UseStore(WsmqBuilder builder) => builder.UseSqlite(_folder.File("wsmq.db"));
}

public sealed class RedisAppWorkerTests(SharedRedis redis) : WorkerContract, IClassFixture<SharedRedis>
{
    private readonly string _prefix = redis.NextPrefix();

    private protected override WorkerKind Kind => WorkerKind.App;

    private protected override void UseStore(WsmqBuilder builder) => builder.UseRedis(redis.Server.EndPoint, o => o.KeyPrefix = _prefix);
}

public sealed class SqliteClientWorkerTests : ClientWorkerContract, IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private protected override void UseStore(WsmqBuilder builder) => builder.UseSqlite(_folder.File("wsmq.db"));
}

public sealed class RedisClientWorkerTests(SharedRedis redis) : ClientWorkerContract, IClassFixture<SharedRedis>
{
    private readonly string _prefix = redis.NextPrefix();

    private protected override void UseStore(WsmqBuilder builder) => builder.UseRedis(redis.Server.EndPoint, o => o.KeyPrefix = _prefix);
}
