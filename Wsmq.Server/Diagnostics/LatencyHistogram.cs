using System.Numerics;

namespace Wsmq.Server.Diagnostics;

/// <summary>
/// Counts durations in buckets, four for each doubling from 4 µs to more than an hour: a quantile is exact to an eighth. Recording is one
/// addition; nothing is allocated.
/// </summary>
internal sealed class LatencyHistogram
{
    public const int Buckets = 4 * 32;

    private const int Parts = 4;
    private const int PartBits = 2;

    private readonly long[] _counts = new long[Buckets];

    /// <summary>The bucket of a duration.</summary>
    public static int BucketOf(TimeSpan duration)
    {
        var micros = (uint)Math.Clamp((long)duration.TotalMicroseconds, Parts, uint.MaxValue);
        var exponent = BitOperations.Log2(micros);
        return (exponent * Parts) + (int)((micros >> (exponent - PartBits)) & (Parts - 1));
    }

    public void Add(int bucket, int count) => Interlocked.Add(ref _counts[bucket], count);

    public void CopyTo(long[] reading)
    {
        for (var i = 0; i < Buckets; i++)
            reading[i] = Volatile.Read(ref _counts[i]);
    }

    /// <summary>A quantile of what was recorded between two readings; null if nothing was.</summary>
    public static TimeSpan? Quantile(long[] before, long[] after, double quantile)
    {
        var total = after.Sum() - before.Sum();
        if (total <= 0)
            return null;
        var rank = Math.Max(1, (long)Math.Ceiling(quantile * total));
        for (var i = 0; i < Buckets; i++)
        {
            rank -= after[i] - before[i];
            if (rank <= 0)
                return MiddleOf(i);
        }

        return MiddleOf(Buckets - 1);
    }

    private static TimeSpan MiddleOf(int bucket)
    {
        var (exponent, part) = (bucket / Parts, bucket % Parts);
        return TimeSpan.FromMicroseconds((Parts + part + 0.5) * Math.Pow(2, exponent - PartBits));
    }
}
