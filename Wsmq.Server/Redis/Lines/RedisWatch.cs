using System.Net;
using Microsoft.Extensions.Logging;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Redis.Backplane;

namespace Wsmq.Server.Redis.Lines;

/// <summary>Keeps every connection of the store an answering one, and to the server that the sentinels name where there are any.</summary>
internal sealed class RedisWatch : IAsyncDisposable
{
    // A failover of Sentinel takes seconds by itself; asking costs each sentinel next to nothing.
    private static readonly TimeSpan FollowInterval = TimeSpan.FromSeconds(1);

    private readonly RedisConnections _connections;
    private readonly ILogger _logger;
    private readonly TimeProvider _time = TimeProvider.System;
    private readonly LineWatch _signals;
    private readonly LineWatch[] _all;
    private readonly CancellationTokenSource _stop = new();
    private Task _following = Task.CompletedTask;

    public RedisWatch(RedisConnections connections, RedisBackplane live, SignalProbe probe, WsmqRedisOptions options, ILogger logger)
    {
        (_connections, _logger) = (connections, logger);
        _signals = new LineWatch(connections.SignalLine, probe, options, _time, logger);
        _all =
        [
            _signals,
            .. connections.Lines.Where(line => line != connections.SignalLine).Select(line =>
                new LineWatch(line, new PingProbe(line, PatienceFor(line, options)), options, _time, logger)),
            new LineWatch(live, new LiveProbe(live, options.ProbeTimeout), options, _time, logger),
        ];

        // A wait for replicas holds up what comes behind it.
        TimeSpan PatienceFor(RedisLine line, WsmqRedisOptions o) =>
            line == connections.ReplicaLine ? o.ProbeTimeout + o.ReplicaTimeout : o.ProbeTimeout;
    }

    /// <summary>False while signals are known not to arrive. The live plane does not count: no message needs it.</summary>
    public bool HearsSignals => _signals.Answers;

    public void Start()
    {
        _connections.Moved += OnMoved;
        Array.ForEach(_all, w => w.Start());
        if (_connections.Sentinels is not null)
            _following = Task.Run(FollowAsync);
    }

    public async ValueTask DisposeAsync()
    {
        _connections.Moved -= OnMoved;
        await _stop.CancelAsync();
        await _following;
        await Task.WhenAll(_all.Select(w => w.StopAsync()));
        _stop.Dispose();
    }

    private async Task FollowAsync()
    {
        try
        {
            while (true)
            {
                await Task.Delay(FollowInterval, _time, _stop.Token);
                await _connections.FollowAsync(_stop.Token);
            }
        }
        catch (Exception) when (_stop.IsCancellationRequested)
        {
            // Stopped.
        }
        catch (Exception e)
        {
            Log.LoopFailed(_logger, e);
        }
    }

    private void OnMoved(EndPoint primary)
    {
        Log.PrimaryMoved(_logger, RedisConnections.Format(primary));
        Array.ForEach(_all, w => w.Wake());
    }
}
