using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Wsmq.Benchmarks.Nodes;
using Wsmq.Server.Stores;
using Wsmq.Server.Stores.Redis;
using Wsmq.Server.Stores.Sqlite;
using Wsmq.Testing;

namespace Wsmq.Benchmarks.Micro;

/// <summary>One append call, by its number of messages; the figures are per call.</summary>
[MemoryDiagnoser]
public class AppendBenchmarks
{
    private const int Users = 200;
    private readonly ReadOnlyMemory<byte> _metadata = Samples.Metadata();
    private readonly ReadOnlyMemory<byte> _body = Samples.BodyBytes();
    private readonly WsmqAddress[] _users = [.. Enumerable.Range(0, Users).Select(u => WsmqAddress.User($"u{u}"))];
    private readonly TempFolder _folder = new();
    private RedisServer? _redis;
    private IStore _store = null!;
    private AppendRequest[] _batch = [];
    private long _id;

    /// <summary>The number of messages per call.</summary>
    [Params(1, 64, 256)]
    public int Batch { get; set; }

    /// <summary>Starts a Redis for this benchmark.</summary>
    [GlobalSetup(Target = nameof(Redis))]
    public async Task StartRedisAsync()
    {
        _redis = await RedisDeployment.StartServerAsync();
        await StartAsync(new RedisStore(
            Options.Create(new WsmqOptions()), Options.Create(new WsmqRedisOptions { Configuration = _redis.EndPoint }), NullLogger<RedisStore>.Instance));
    }

    /// <summary>Opens a database for this benchmark.</summary>
    [GlobalSetup(Target = nameof(Sqlite))]
    public Task StartSqliteAsync() => StartAsync(new SqliteStore(
        Options.Create(new WsmqOptions()), Options.Create(new WsmqSqliteOptions { Path = _folder.File("wsmq.db") }), TimeProvider.System,
        NullLogger<SqliteStore>.Instance));

    /// <summary>Stops what was started.</summary>
    [GlobalCleanup]
    public async Task StopAsync()
    {
        await _store.DisposeAsync();
        if (_redis is not null)
            await _redis.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>Redis with its append-only file.</summary>
    [Benchmark]
    public Task Redis() => AppendAsync();

    /// <summary>SQLite, synced at each commit.</summary>
    [Benchmark]
    public Task Sqlite() => AppendAsync();

    private async Task StartAsync(IStore store)
    {
        _store = store;
        await store.StartAsync(CancellationToken.None);
        _batch = new AppendRequest[Batch];
    }

    private Task AppendAsync()
    {
        // Of the allocations only the id is the benchmark's own: an id that was used before would not be stored.
        for (var i = 0; i < _batch.Length; i++, _id++)
            _batch[i] = new AppendRequest(_users[_id % Users], "user:s", $"{_id}", _metadata, _body);
        return _store.MessageLog.Appenders[0].AppendAsync(_batch, follows: false, CancellationToken.None);
    }
}
