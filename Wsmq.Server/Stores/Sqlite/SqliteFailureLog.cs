using Microsoft.Extensions.Logging;
using Wsmq.Server.Diagnostics;

namespace Wsmq.Server.Stores.Sqlite;

/// <summary>
/// Logs failed commits, at most one line per interval: on a full disk every send fails, and a line for each would fill the log's disk too.
/// Used by the writer's thread only.
/// </summary>
internal sealed class SqliteFailureLog(TimeProvider clock, ILogger logger)
{
    private static readonly TimeSpan Interval = Diagnostics.LogGate.Interval;

    private long? _last;
    private int _unreported;

    public void Add(Exception exception)
    {
        _unreported++;
        if (_last is { } last && clock.GetElapsedTime(last) < Interval)
            return;
        Log.SqliteCommitFailed(logger, _unreported, exception);
        _last = clock.GetTimestamp();
        _unreported = 0;
    }
}
