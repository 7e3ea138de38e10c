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
    private readonly SortedSet<long> _failed = [];
    private readonly Queue<JournalWindow> _closed = [];
    private long _bytes;
    private long _answered;
    private JournalWindow _open = new();
    private WsmqPosition _last;

    public RedisLane Lane => lane;

    /// <summary>Whether nothing more should be added, because moving messages to the logs is late, or fails.</summary>
    public bool IsFull
    {
        get
        {
            lock (_lock)
                return _bytes >= most || (_closed.TryPeek(out var first) && time.GetElapsedTime(first.ClosedAt) >= oldest);
        }
    }

    /// <summary>The number of the last batch that was removed from the journal, with all before it.</summary>
    public long RemovedThrough { get; private set; }

    /// <summary>A batch is sent.</summary>
    /// <param name="number">The number of the batch.</param>
    /// <param name="logs">The addresses that may have messages in the journal.</param>
    /// <param name="bytes">What is added to the journal, in bytes.</param>
    public void Begin(long number, IEnumerable<LogKeys> logs, long bytes)
    {
        lock (_lock)
        {
            _pending.Add(number);
            _open.Logs.UnionWith(logs);
            _open.First = Math.Min(_open.First, number);
            _open.Through = Math.Max(_open.Through, number);
            _open.Bytes += bytes;
            _bytes += bytes;
        }
    }

    /// <summary>A batch was executed; none before it can be any more.</summary>
    /// <param name="number">The number of the batch.</param>
    /// <param name="last">No message of it that is in the journal has a later position.</param>
    public void Answered(long number, WsmqPosition last)
    {
        lock (_lock)
        {
            _pending.Remove(number);
            _last = WsmqPosition.Max(_last, last);
            _answered = Math.Max(_answered, number);
        }
    }

    /// <summary>A batch may or may not have been executed, or may still be.</summary>
    /// <param name="number">The number of the batch.</param>
    /// <param name="isRefused">It was certainly not executed.</param>
    public void Failed(long number, bool isRefused)
    {
        lock (_lock)
        {
            if (!_pending.Remove(number) || isRefused)
                return;
            _failed.Add(number);
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

            _failed.RemoveWhere(number => number < _answered);
            foreach (var window in _closed)
                Decide(window);
            return _closed.TryPeek(out var first) && first.Last is not null && time.GetElapsedTime(first.DecidedAt) >= age ? first : null;
        }
    }

    /// <summary>Nothing of the oldest window is in the journal any more.</summary>
    public void Removed()
    {
        lock (_lock)
        {
            var window = _closed.Dequeue();
            _bytes -= window.Bytes;
            RemovedThrough = window.Through;
        }
    }

    private void Decide(JournalWindow window)
    {
        if (window.Last is not null || _pending.FirstOrDefault(long.MaxValue) <= window.Through
            || _failed.FirstOrDefault(long.MaxValue) <= window.Through)
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

    /// <summary>The number of the first batch.</summary>
    public long First { get; set; } = long.MaxValue;

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
