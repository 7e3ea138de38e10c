using Wsmq.Server.Stores.Redis.Connections;

namespace Wsmq.Server.Stores.Redis.Journals;

/// <summary>
/// What this node has put into its journal of one lane and not yet looked after: the addresses of its batches, in windows of time.
/// </summary>
/// <param name="lane">The lane.</param>
/// <param name="most">The most that the journal should have, in bytes.</param>
/// <param name="oldest">The age of the oldest window from which on the journal gets nothing more.</param>
/// <param name="time">The clock.</param>
internal sealed class JournalWindows(RedisLane lane, long most, TimeSpan oldest, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly SortedSet<long> _pending = [];

    // Batches that failed may be executed until a later one is answered.
    private readonly SortedSet<long> _undecided = [];
    private readonly Queue<JournalWindow> _closed = [];
    private readonly Queue<JournalWindow> _settled = [];
    private long _settledBytes;
    private long _bytes;
    private JournalWindow _open = new();
    private WsmqPosition _last;

    public RedisLane Lane => lane;

    /// <summary>Whether nothing more should be added, because moving messages to the logs is late, or fails.</summary>
    public bool IsFull
    {
        get
        {
            lock (_lock)
                return _bytes - _settledBytes >= most || (_closed.TryPeek(out var first) && time.GetElapsedTime(first.ClosedAt) >= oldest);
        }
    }

    /// <summary>A batch is sent.</summary>
    public JournalBatch Begin(long number, IEnumerable<LogKeys> logs, long bytes)
    {
        lock (_lock)
        {
            _bytes += bytes;
            _pending.Add(number);
            _open.Logs.UnionWith(logs);
            _open.Through = number;
            _open.Bytes += bytes;
        }

        return new JournalBatch(this, number);
    }

    public void Answered(long number, WsmqPosition last)
    {
        lock (_lock)
        {
            _pending.Remove(number);
            _last = WsmqPosition.Max(_last, last);
            _undecided.RemoveWhere(n => n < number);
        }
    }

    public void Failed(long number)
    {
        lock (_lock)
        {
            _pending.Remove(number);
            _undecided.Add(number);
            _open.Failed = true;
            foreach (var window in _closed)
                window.Failed = true;
        }
    }

    /// <summary>Ends the current window, and returns the oldest one if it is old enough and all its batches are decided.</summary>
    public JournalWindow? Next(TimeSpan age)
    {
        lock (_lock)
        {
            if (_open.Through > 0)
            {
                _open.ClosedAt = time.GetTimestamp();
                _closed.Enqueue(_open);
                _open = new JournalWindow();
            }

            foreach (var window in _closed)
                Decide(window);
            return _closed.TryPeek(out var first) && first.Last is not null && time.GetElapsedTime(first.DecidedAt) >= age ? first : null;
        }
    }

    /// <summary>What was not acknowledged of the oldest window was moved to the logs.</summary>
    public void Settled()
    {
        lock (_lock)
        {
            var window = _closed.Dequeue();
            _settled.Enqueue(window);
            _settledBytes += window.Bytes;
        }
    }

    /// <summary>The newest settled window that is to be removed, with all before it: its grace is over, or there are too many bytes.</summary>
    public JournalWindow? Removable(TimeSpan grace)
    {
        lock (_lock)
        {
            JournalWindow? last = null;
            while (_settled.TryPeek(out var first) && (_settledBytes > most || time.GetElapsedTime(first.DecidedAt) >= grace))
            {
                last = _settled.Dequeue();
                _settledBytes -= last.Bytes;
                _bytes -= last.Bytes;
            }

            return last;
        }
    }

    private void Decide(JournalWindow window)
    {
        if (window.Last is not null || _pending.FirstOrDefault(long.MaxValue) <= window.Through
            || _undecided.FirstOrDefault(long.MaxValue) <= window.Through)
        {
            return;
        }

        // The positions of a batch that failed are not known.
        window.Last = window.Failed ? new WsmqPosition(WsmqPosition.MaxValue) : _last;
        window.DecidedAt = time.GetTimestamp();
    }
}

/// <summary>The batches of a short time.</summary>
internal sealed class JournalWindow
{
    /// <summary>The addresses of all batches.</summary>
    public HashSet<LogKeys> Logs { get; } = [];

    /// <summary>The bytes of all blobs.</summary>
    public long Bytes { get; set; }

    /// <summary>The number of the last batch.</summary>
    public long Through { get; set; }

    /// <summary>When the next window began, a time stamp.</summary>
    public long ClosedAt { get; set; }

    /// <summary>When it was known what has become of all batches, a time stamp.</summary>
    public long DecidedAt { get; set; }

    /// <summary>Some batch may not have been executed.</summary>
    public bool Failed { get; set; }

    /// <summary>No message of its batches has a later position. Null until all are decided.</summary>
    public WsmqPosition? Last { get; set; }
}

/// <summary>A batch with messages for the journal. Ended by one call.</summary>
internal readonly struct JournalBatch(JournalWindows windows, long number)
{
    /// <summary>It was executed.</summary>
    /// <param name="last">No message of it has a later position.</param>
    public void Answered(WsmqPosition last) => windows.Answered(number, last);

    /// <summary>It may or may not have been executed, or may still be.</summary>
    public void Failed() => windows.Failed(number);
}
