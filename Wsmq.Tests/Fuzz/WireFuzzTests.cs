using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Builder;
using Wsmq.Tests.Support;
using Xunit.Abstractions;

namespace Wsmq.Tests.Fuzz;

/// <summary>The wire of a node with the SQLite store.</summary>
[Collection(FuzzCollection.Name)]
public sealed class SqliteWireFuzzTests(ITestOutputHelper output) : WireFuzzContract(output), IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private protected override Task<TestNode> StartAsync(Action<WsmqOptions> options, Action<WebApplicationBuilder> services) =>
        TestNode.StartAsync(
            s => s.UseSqlite(Path.Combine(Directory.CreateDirectory(_folder.File(Guid.NewGuid().ToString("N"))).FullName, "wsmq.db"),
                o => o.Durability = WsmqSqliteDurability.Normal), options, services);
}

/// <summary>The wire of a node with the Redis store.</summary>
[Collection(FuzzCollection.Name)]
public sealed class RedisWireFuzzTests(ITestOutputHelper output) : WireFuzzContract(output), IAsyncLifetime
{
    private RedisServer _redis = null!;

    public async Task InitializeAsync() => _redis = await RedisServer.StartAsync();

    public async Task DisposeAsync() => await _redis.DisposeAsync();

    private protected override Task<TestNode> StartAsync(Action<WsmqOptions> options, Action<WebApplicationBuilder> services) =>
        TestNode.StartAsync(s => s.UseRedis(_redis.EndPoint), options, services);
}

/// <summary>Runs alone in the process, because the allocations of a case are measured for the whole process.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
[SuppressMessage("Naming", "CA1711", Justification = "xunit's term")]
public sealed class FuzzCollection
{
    public const string Name = "fuzz";
}
