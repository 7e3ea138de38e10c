using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Wsmq.Server.Concurrency;
using Wsmq.Server.Connections;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Lifecycle;

namespace Wsmq.Server.Sessions;

/// <summary>
/// One loop for all sessions of a node: it finds readers that have not acknowledged anything for too long, and devices whose time of last
/// contact has to be refreshed in the store. A timer for each of them would be a cost for every idle connection.
/// </summary>
internal sealed class SessionSweep(
    ConnectionRegistry connections, IOptions<WsmqOptions> options, TimeProvider time, ILogger<SessionSweep> logger) : INodePart
{
    // The sweep runs at least this many times per period, so that a session is found at most an eighth of its period late.
    private const int Fraction = 8;
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    private readonly BackgroundLoop _loop = new(time);

    private TimeSpan Interval
    {
        get
        {
            var interval = TimeSpan.FromTicks(Math.Min(options.Value.Delivery.StallAfter.Ticks, GroupReader.PeriodOf(options.Value).Ticks) / Fraction);
            return interval < Shortest ? Shortest : interval > Longest ? Longest : interval;
        }
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _loop.Start(Sweep, () => Interval, (e, delay) => Log.StepFailed(logger, e, delay));
        return Task.CompletedTask;
    }

    public Task StopAsync() => _loop.StopAsync();

    // Only wakes workers: nothing here waits.
    private Task Sweep(CancellationToken cancellationToken)
    {
        foreach (var connection in connections.All)
            connection.Session?.Sweep();
        return Task.CompletedTask;
    }
}
