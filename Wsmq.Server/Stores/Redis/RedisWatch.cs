using System.Net;
using Microsoft.Extensions.Logging;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Live;
using Wsmq.Server.Stores.Redis.Connections;

namespace Wsmq.Server.Stores.Redis;

/// <summary>Watches every connection of the store: replaces those that do not answer, and follows the sentinels if there are any.</summary>
internal sealed class RedisWatch : IAsyncDisposable
{
    private readonly RedisConnections _connections;
    private readonly ILogger _logger;
    private readonly LineWatch _signals;
    private readonly LineWatch[] _all;
    private readonly SentinelFollower _follower;

    public RedisWatch(RedisConnections connections, RedisBackplane live, SignalProbe probe, WsmqRedisOptions options, ILogger logger)
    {
        (_connections, _logger) = (connections, logger);
        var time = TimeProvider.System;
        _follower = new SentinelFollower(connections.FollowAsync, time, logger);
        _signals = new LineWatch(connections.SignalLine, probe, options, time, logger);
        _all =
        [
            _signals,
            .. connections.Lines.Where(line => line != connections.SignalLine).Select(line =>
                new LineWatch(line, new PingProbe(line, PatienceFor(line, options)), options, time, logger)),
            new LineWatch(live, new LiveProbe(live, options.ProbeTimeout), options, time, logger),
        ];

        // WAIT blocks the commands queued after it on the same connection, including the ping.
        TimeSpan PatienceFor(RedisLine line, WsmqRedisOptions o) =>
            line == connections.ReplicaLine ? o.ProbeTimeout + o.ReplicaTimeout : o.ProbeTimeout;
    }

    /// <summary>False while signals are known not to arrive. The live plane does not count: messages do not need it.</summary>
    public bool ReceivesSignals => _signals.Answers;

    public void Start()
    {
        _connections.Moved += OnMoved;
        Array.ForEach(_all, w => w.Start());
        if (_connections.Sentinels is not null)
            _follower.Start();
    }

    public async ValueTask DisposeAsync()
    {
        _connections.Moved -= OnMoved;
        await _follower.StopAsync();
        await Task.WhenAll(_all.Select(w => w.StopAsync()));
    }

    private void OnMoved(EndPoint primary)
    {
        Log.PrimaryMoved(_logger, RedisConnections.Format(primary));
        Array.ForEach(_all, w => w.Wake());
    }
}
