using Microsoft.Extensions.Options;

namespace Wsmq.Server.Sessions;

/// <summary>
/// One timer for all sessions of a node: it finds readers that have not acknowledged for long, and devices of which the store has
/// to hear that they are still there. A timer for each of them would cost every idle connection.
/// </summary>
internal sealed class SessionSweep(IOptions<WsmqOptions> options, TimeProvider time) : IDisposable
{
    // What is due is found within this part of the time after which it is.
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

    // Only wakes: nothing here waits for anything.
    private void Sweep()
    {
        lock (_lock)
        {
            foreach (var session in _sessions)
                session.Sweep();
        }
    }
}
