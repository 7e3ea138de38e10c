using Wsmq.Tests.Support;

namespace Wsmq.Tests.Workers;

public abstract class SqliteJobStatusContract : JobStatusContract
{
    private readonly TempFolder _folder = new();

    private protected override bool HasNodes => false;

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }

    private protected override void UseStore(WsmqBuilder builder) => builder.UseSqlite(_folder.File("wsmq.db"));
}

public abstract class RedisJobStatusContract(SharedRedis redis) : JobStatusContract
{
    private readonly string _prefix = redis.NextPrefix();

    private protected override bool HasNodes => true;

    private protected override void UseStore(WsmqBuilder builder) => builder.UseRedis(redis.Server.EndPoint, o => o.KeyPrefix = _prefix);
}

public sealed class SqliteAppJobStatusTests : SqliteJobStatusContract
{
    private protected override bool IsInApp => true;
}

public sealed class SqliteClientJobStatusTests : SqliteJobStatusContract
{
    private protected override bool IsInApp => false;
}

public sealed class RedisAppJobStatusTests(SharedRedis redis) : RedisJobStatusContract(redis), IClassFixture<SharedRedis>
{
    private protected override bool IsInApp => true;
}

public sealed class RedisClientJobStatusTests(SharedRedis redis) : RedisJobStatusContract(redis), IClassFixture<SharedRedis>
{
    private protected override bool IsInApp => false;
}
