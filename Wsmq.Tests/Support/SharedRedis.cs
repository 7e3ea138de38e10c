using System.Globalization;

namespace Wsmq.Tests.Support;

/// <summary>
/// One server for all tests of a class: <c>IClassFixture&lt;SharedRedis&gt;</c> and a constructor parameter. Small classes share one server
/// through <c>[Collection(SharedRedis.Name)]</c>, and run one after another. Tests that stop the server start their own.
/// </summary>
public sealed class SharedRedis : IAsyncLifetime
{
    public const string Name = "redis";

    private RedisServer? _server;
    private int _prefixes;

    public RedisServer Server => _server ?? throw new InvalidOperationException("The shared redis-server was not started.");

    /// <summary>A unique key prefix.</summary>
    public string NextPrefix() => string.Create(CultureInfo.InvariantCulture, $"t{Interlocked.Increment(ref _prefixes)}");

    public async Task InitializeAsync() => _server = await RedisServer.StartAsync();

    public async Task DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
    }
}

[CollectionDefinition(SharedRedis.Name)]
[System.Diagnostics.CodeAnalysis.SuppressMessage("Naming", "CA1711", Justification = "xunit's own word")]
public sealed class SharedRedisCollection : ICollectionFixture<SharedRedis>;
