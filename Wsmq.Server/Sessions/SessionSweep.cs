using Microsoft.Extensions.Options;

namespace Wsmq.Server.Sessions;

/// <summary>
/// One timer for all sessions of a node: it finds readers that have not acknowledged anything for too long, and devices whose time of last
/// contact has to be refreshed in the store. A timer for each of them would be a cost for every idle connection.
/// </summary>
internal sealed class SessionSweep(IOptions<WsmqOptions> options, TimeProvider time) : IDisposable
{
    // A session that is due is found within this part of the period after which it is due.
    private const int Fraction = 8;
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly HashSet<Session> _sessions = [];
    private ITimer? _timer;

    private TimeSpan Interval
    {
        get
        {
            var interval = TimeSpan.FromTicks(Math.Min(options.Value.StallAfter.Ticks, GroupReader.PeriodOf(options.Value).Ticks) / Fraction);
            return interval < Shortest ? Shortest : interval > Longest ? Longest : interval;
        }
    }

    public void Add(Session session)
    {
        lock (_lock)
        {
            _sessions.Add(session);
            _timer ??= time.CreateTimer(_ => Sweep(), null, Interval, Interval);
        }
    }

    public void Remove(Session session)
    {
        lock (_lock)
            _sessions.Remove(session);
    }

    public void Dispose()
    {
        lock (_lock)
            _timer?.Dispose();
    }

    // Only wakes workers: nothing here waits.
    private void Sweep()
    {
        lock (_lock)
        {
            foreach (var session in _sessions)
                session.Sweep();
        }
    }
}
