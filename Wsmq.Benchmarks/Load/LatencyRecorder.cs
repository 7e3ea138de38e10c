using System.Diagnostics;

namespace Wsmq.Benchmarks.Load;

/// <summary>The latencies of one interval, from the time at which a message was due to its delivery.</summary>
internal sealed class LatencyRecorder
{
    private long[] _ticks = [];
    private int _count;
    private long _from = long.MaxValue;

    /// <summary>Starts recording messages that are due from now on.</summary>
    public void Start(int capacity)
    {
        (_ticks, _count) = (new long[capacity], 0);
        Volatile.Write(ref _from, Stopwatch.GetTimestamp());
    }

    public void Add(long due)
    {
        if (due < Volatile.Read(ref _from))
            return;
        var index = Interlocked.Increment(ref _count) - 1;
        if (index < _ticks.Length)
            _ticks[index] = Stopwatch.GetTimestamp() - due;
    }

    public (double Half, double NinetyNine) StopAsMilliseconds()
    {
        Volatile.Write(ref _from, long.MaxValue);
        var sorted = _ticks[..Math.Min(_count, _ticks.Length)];
        Array.Sort(sorted);
        return sorted.Length == 0 ? (double.NaN, double.NaN) : (At(sorted, 0.5), At(sorted, 0.99));
    }

    private static double At(long[] sorted, double share) =>
        sorted[(int)((sorted.Length - 1) * share)] * 1000.0 / Stopwatch.Frequency;
}
