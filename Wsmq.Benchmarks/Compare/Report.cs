using System.Globalization;
using System.Text.Json;
using Wsmq.Benchmarks.Measuring;

namespace Wsmq.Benchmarks.Compare;

/// <summary>The results of the scenarios: a table, and one machine-readable line.</summary>
internal sealed class Report
{
    private const string None = "";

    private readonly MarkdownTable _table = new(
        "scenario", "peer", "median", "range", "ratio", "range of the ratio", "CPU nodes", "CPU Redis", "CPU generator", "lost", "duplicated", "reordered");

    // In output order. A scenario that was not run stays null.
    private readonly OrderedDictionary<string, double?> _figures = new()
    {
        ["directed"] = null,
        ["directed_deep"] = null,
        ["directed_plain"] = null,
        ["directed_deep_plain"] = null,
        ["away"] = null,
        ["bodies_4k"] = null,
        ["bodies_64k"] = null,
        ["fanout_10"] = null,
        ["fanout_100"] = null,
        ["fanout"] = null,
        ["latency_p50"] = null,
        ["latency_p99"] = null,
        ["catchup_ms"] = null,
        ["idle_kib"] = null,
        ["redis_us"] = null,
        ["flood_p50"] = null,
        ["flood_p99"] = null,
        ["acks_p50"] = null,
        ["acks_p99"] = null,
        ["acks_spread_p50"] = null,
        ["acks_spread_p99"] = null,
        ["acks_floor_p50"] = null,
        ["acks_floor_p99"] = null,
        ["offline_p50"] = null,
        ["offline_p99"] = null,
        ["offline_group_p50"] = null,
        ["offline_group_p99"] = null,
        ["trim_p50"] = null,
        ["trim_p99"] = null,
        ["http_p50"] = null,
        ["http_p99"] = null,
        ["http_floor_p50"] = null,
        ["http_floor_p99"] = null,
        ["work"] = null,
        ["work_redis"] = null,
        ["work_p50"] = null,
        ["work_p99"] = null,
        ["work_p50_ms"] = null,
    };

    /// <summary>The losses of wsmq, summed over its rounds.</summary>
    public Losses Losses { get; private set; }

    public void Set(string figure, double value) => _figures[figure] = double.IsFinite(value) ? Math.Round(value, 3) : null;

    /// <summary>Adds a row to the table.</summary>
    /// <param name="row">The figures of one peer.</param>
    public void Add(ReportRow row)
    {
        if (row.Peer.StartsWith("wsmq", StringComparison.Ordinal))
            Losses += row.Losses;
        _table.Add(
            row.Scenario, row.Peer, $"{row.Value.MedianText(row.Format)} {row.Unit}", row.Value.RangeText(row.Format),
            row.Ratio?.MedianText("F2") ?? None, row.Ratio?.RangeText("F2") ?? None,
            Seconds(row.Cpu?.Nodes), Seconds(row.Cpu?.Redis), Seconds(row.Cpu?.Generator),
            Count(row.Losses.Lost), Count(row.Losses.Duplicated), Count(row.Losses.Reordered));
    }

    public void Write(TextWriter output)
    {
        output.WriteLine(
            "Ratios are wsmq to stock, with a further load to without it, or wsmq to the better of BullMQ and RSMQ, of adjacent rounds. "
            + "CPU is in seconds per 100,000 deliveries.");
        output.WriteLine();
        output.WriteLine(_table);
        _figures["lost"] = Losses.Lost;
        _figures["duplicated"] = Losses.Duplicated;
        _figures["reordered"] = Losses.Reordered;
        output.WriteLine(JsonSerializer.Serialize(_figures));
    }

    private static string Seconds(double? seconds) => seconds?.ToString("F3", CultureInfo.InvariantCulture) ?? None;

    private static string Count(long count) => count.ToString(CultureInfo.InvariantCulture);
}

/// <summary>One peer in one scenario.</summary>
internal sealed record ReportRow(string Scenario, string Peer, Spread Value, string Unit, string Format)
{
    public Spread? Ratio { get; init; }

    public CpuSeconds? Cpu { get; init; }

    public Losses Losses { get; init; }
}
