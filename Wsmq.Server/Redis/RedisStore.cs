using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Wsmq.Server.Logs;
using Wsmq.Server.Redis.Live;
using Wsmq.Server.Redis.Replicas;

namespace Wsmq.Server.Redis;

/// <summary>The store for any number of nodes.</summary>
internal sealed class RedisStore : IStore
{
    private readonly RedisConnections _connections;
    private readonly RedisKeys _keys;
    private readonly RedisLanes _lanes;
    private readonly RedisSignals _signals;
    private readonly RedisReplicas? _replicas;
    private readonly WsmqRedisOptions _options;
    private readonly ILogger _logger;

    public RedisStore(IOptions<WsmqOptions> options, IOptions<WsmqRedisOptions> redisOptions, ILogger<RedisStore> logger)
    {
        (_logger, _options) = (logger, redisOptions.Value);
        _connections = new RedisConnections(redisOptions);
        _keys = new RedisKeys(redisOptions.Value.KeyPrefix, redisOptions.Value.Buckets);
        _lanes = new RedisLanes(_connections, _keys, options.Value);
        _signals = new RedisSignals(_connections, _keys, _lanes, options.Value, logger);
        Live = new RedisLive(_connections, _keys, _lanes, logger);
        _replicas = _options.ReceiptReplicas > 0 ? new RedisReplicas(_connections, _lanes, _options, logger) : null;
        var appends = new RedisAppends(_connections, _keys, _lanes, options.Value, _options, _replicas);
        Log = new RedisMessageLog(_connections, _keys, _lanes, _signals, options.Value, appends);
        Memberships = new RedisMembershipStore(_connections, _keys, _lanes);
    }

    public IMessageLog Log { get; }

    public IMembershipStore Memberships { get; }

    public ISignals Signals => _signals;

    /// <summary>What the live plane travels on.</summary>
    public RedisLive Live { get; }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _connections.ConnectAsync(cancellationToken);
        try
        {
            await new RedisCheck(_connections, _keys, _lanes, _options, _logger).RunAsync();
            await _signals.StartAsync();
            await Live.StartAsync();
        }
        catch (RedisServerException e) when (RedisErrors.IsDenied(e))
        {
            // What Redis answers names the command, and no secret.
            throw new InvalidOperationException(RedisErrors.Denied(e.Message), e);
        }
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
        if (_replicas is not null)
            await _replicas.DisposeAsync();
        await _signals.DisposeAsync();
        await _connections.DisposeAsync();
    }
}
