using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Wsmq.Server.Logs;
using Wsmq.Server.Redis.Live;

namespace Wsmq.Server.Redis;

/// <summary>The store for any number of nodes.</summary>
internal sealed class RedisStore : IStore
{
    private readonly RedisConnections _connections;
    private readonly RedisKeys _keys;
    private readonly RedisSignals _signals;
    private readonly RedisAccessStore _access;
    private readonly ILogger _logger;

    public RedisStore(IOptions<WsmqOptions> options, IOptions<WsmqRedisOptions> redisOptions, ILogger<RedisStore> logger)
    {
        _logger = logger;
        _connections = new RedisConnections(redisOptions);
        _keys = new RedisKeys(redisOptions.Value.KeyPrefix, redisOptions.Value.Buckets);
        var lanes = new RedisLanes(_connections, _keys, options.Value);
        _signals = new RedisSignals(_connections, _keys, lanes, options.Value, logger);
        Live = new RedisLive(_connections, _keys, lanes, logger);
        Log = new RedisMessageLog(_connections, _keys, lanes, _signals, options.Value, redisOptions.Value);
        Memberships = new RedisMembershipStore(_connections, _keys, lanes, logger);
        DeadLetters = new RedisDeadLetters(_connections, _keys, options.Value);
        _access = new RedisAccessStore(_connections, _keys, logger);
    }

    public IMessageLog Log { get; }

    public IMembershipStore Memberships { get; }

    public ISignals Signals => _signals;

    public IDeadLetterStore DeadLetters { get; }
    public IAccessStore Access => _access;

    /// <summary>What the live plane travels on.</summary>
    public RedisLive Live { get; }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _connections.ConnectAsync(cancellationToken);
        await new RedisCheck(_connections, _keys, _logger).RunAsync();
        await _signals.StartAsync();
        await Live.StartAsync();
        await _access.StartAsync();
    }

    public async Task<bool> IsAvailableAsync(CancellationToken cancellationToken)
    {
        try
        {
            await RedisErrors.GuardAsync(() => _connections.Database.PingAsync(), cancellationToken);
            return true;
        }
        catch (WsmqException e)
        {
            Diagnostics.Log.StoreUnavailable(_logger, e);
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _signals.DisposeAsync();
        await _connections.DisposeAsync();
    }
}
