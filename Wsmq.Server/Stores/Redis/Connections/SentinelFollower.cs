using Microsoft.Extensions.Logging;
using Wsmq.Server.Concurrency;
using Wsmq.Server.Diagnostics;

namespace Wsmq.Server.Stores.Redis.Connections;

/// <summary>Queries the sentinels once a second until it is stopped, even if a query fails.</summary>
internal sealed class SentinelFollower(Func<CancellationToken, Task> ask, TimeProvider time, ILogger logger)
{
    // A Sentinel failover itself takes seconds; a query costs a sentinel next to nothing.
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly BackgroundLoop _loop = new(time);

    // Unreachable sentinels do not throw: the retry is for unexpected exceptions, which must not end the loop.
    public void Start() => _loop.Start(ask, () => Interval, (e, delay) => Log.SentinelsNotFollowed(logger, e, delay));

    public Task StopAsync() => _loop.StopAsync();
}
