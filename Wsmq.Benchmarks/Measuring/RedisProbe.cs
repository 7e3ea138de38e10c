using System.Diagnostics;
using System.Globalization;
using StackExchange.Redis;

namespace Wsmq.Benchmarks.Measuring;

/// <summary>How long a <c>GET</c> on a connection of its own takes while something else works on the same Redis.</summary>
internal static class RedisProbe
{
    /// <summary>
    /// Runs the work, and returns its result and how many seconds it took, and the times of the probes meanwhile in milliseconds, in ascending
    /// order.
    /// </summary>
    public static async Task<(T Result, double Seconds, double[] Times)> DuringAsync<T>(
        ConnectionMultiplexer redis, Func<Task<T>> work, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var (probe, start) = (ProbeAsync(redis, stop.Token), Stopwatch.GetTimestamp());
        var result = await work();
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        await stop.CancelAsync();
        return (result, seconds, [.. (await probe).Order()]);
    }

    /// <summary>The median, the 99th percentile and the maximum.</summary>
    public static string[] TextOf(double[] times) => [Text(times[times.Length / 2]), Text(times[times.Length * 99 / 100]), Text(times[^1])];

    private static string Text(double milliseconds) => milliseconds.ToString("F1", CultureInfo.InvariantCulture);

    private static async Task<List<double>> ProbeAsync(ConnectionMultiplexer redis, CancellationToken cancellationToken)
    {
        var times = new List<double>();
        do
        {
            var start = Stopwatch.GetTimestamp();
            await redis.GetDatabase().StringGetAsync("probe");
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            await Task.Delay(1, CancellationToken.None);
        }
        while (!cancellationToken.IsCancellationRequested);

        return times;
    }
}
