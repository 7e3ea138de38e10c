using System.Globalization;
using System.Text.Json.Serialization;
using HdrHistogram;

namespace Wsmq.Cli.Load;

/// <summary>Times in milliseconds.</summary>
internal sealed record LoadTimes(double P50, double P90, double P99, double P999, double Max)
{
    public static LoadTimes? Of(LongConcurrentHistogram times) => times.TotalCount == 0 ? null : new LoadTimes(
        At(times, 50), At(times, 90), At(times, 99), At(times, 99.9), times.GetMaxValue() / 1_000.0);

    [JsonIgnore]
    public string Text => string.Create(CultureInfo.InvariantCulture,
        $"p50 {P50:0.0}  p90 {P90:0.0}  p99 {P99:0.0}  p99.9 {P999:0.0}  max {Max:0.0} ms");

    private static double At(LongConcurrentHistogram times, double percentile) => times.GetValueAtPercentile(percentile) / 1_000.0;
}

/// <summary>The outcome of a load.</summary>
internal sealed record LoadResult
{
    public required string Run { get; init; }

    public required double Seconds { get; init; }

    public required long Sent { get; init; }

    public required long Stored { get; init; }

    public required long Received { get; init; }

    public required double StoredPerSecond { get; init; }

    public required double ReceivedPerSecond { get; init; }

    public required long Missing { get; init; }

    public required long Duplicates { get; init; }

    public required long OutOfOrder { get; init; }

    public required long Gaps { get; init; }

    public required IReadOnlyDictionary<string, long> Failed { get; init; }

    public required LoadTimes? ToReceipt { get; init; }

    public required LoadTimes? ToDelivery { get; init; }

    public required LoadTimes? Lateness { get; init; }

    public required IReadOnlyList<string> Remains { get; init; }

    public bool HasLosses => Missing + Duplicates + OutOfOrder + Gaps > 0;

    public string Text() => string.Join('\n', Lines().Select(line => line.TrimEnd()));

    private IEnumerable<string> Lines()
    {
        yield return string.Create(CultureInfo.InvariantCulture, $"stored     {Stored} of {Sent} sent, {StoredPerSecond:0.0} per second");
        yield return string.Create(CultureInfo.InvariantCulture, $"delivered  {Received}, {ReceivedPerSecond:0.0} per second");
        yield return string.Create(
            CultureInfo.InvariantCulture, $"losses     missing {Missing}  duplicates {Duplicates}  out of order {OutOfOrder}  gaps {Gaps}");
        foreach (var (code, count) in Failed.OrderBy(f => f.Key, StringComparer.Ordinal))
            yield return string.Create(CultureInfo.InvariantCulture, $"not stored {count}  {code}");
        yield return $"receipt    {ToReceipt?.Text ?? "-"}";
        yield return $"delivery   {ToDelivery?.Text ?? "-"}";
        yield return $"lateness   {Lateness?.Text ?? "-"}  (of this machine's sends)";
        foreach (var left in Remains)
            yield return $"remains    {left}";
    }
}
