using System.Globalization;
using Wsmq.Benchmarks.Compare;
using Wsmq.Benchmarks.Load;
using Wsmq.Benchmarks.Measuring;

namespace Wsmq.Benchmarks.Scale;

/// <summary>How rates change with the size of bodies and of groups, for both peers alternately, as in <c>compare</c>.</summary>
internal sealed class LoadScale(Rig rig, CompareSettings settings)
{
    private const int Kibibyte = 1024;
    private static readonly int[] BodySizes = [128, Kibibyte, 4 * Kibibyte, 16 * Kibibyte, 64 * Kibibyte];
    private static readonly int[] GroupSizes = [10, 100, 1000, 5000];

    public async Task<MarkdownTable> PayloadsAsync(CancellationToken cancellationToken)
    {
        var table = new MarkdownTable("body", "stock msg/s", "stock MB/s", "wsmq msg/s", "wsmq MB/s", "ratio", "wsmq lost, duplicated, reordered");
        foreach (var bytes in BodySizes)
        {
            var rounds = await LoadScenarios.BodiesOf(rig, settings, BytesText(bytes), bytes, cancellationToken);
            var (stock, wsmq) = (PerSecond(rounds.Stock), PerSecond(rounds.Wsmq));
            table.Add(
                BytesText(bytes), stock.MedianText("F0"), Megabytes(stock, bytes), wsmq.MedianText("F0"), Megabytes(wsmq, bytes),
                rounds.Ratio(rounds.Wsmq, r => r.PerSecond).MedianText("F2"), rounds.Wsmq.Losses.Text);
        }

        return table;
    }

    public async Task<MarkdownTable> GroupsAsync(CancellationToken cancellationToken)
    {
        var table = new MarkdownTable("members", "stock deliveries/s", "wsmq deliveries/s", "ratio", "wsmq lost, duplicated, reordered");
        var alternation = new Alternation(rig, settings);
        foreach (var members in GroupSizes)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"group of {members}");
            var rounds = await alternation.RunAsync(name, LoadScenarios.FanOut with { Users = members }, messagesPerSecond: null, cancellationToken);
            table.Add(
                members.ToString(CultureInfo.InvariantCulture), PerSecond(rounds.Stock).MedianText("F0"), PerSecond(rounds.Wsmq).MedianText("F0"),
                rounds.Ratio(rounds.Wsmq, r => r.PerSecond).MedianText("F2"), rounds.Wsmq.Losses.Text);
        }

        return table;
    }

    private static Spread PerSecond(PeerRounds peer) => Spread.Of(peer.Results.Select(r => r.PerSecond));

    private static string BytesText(int bytes) =>
        bytes < Kibibyte ? string.Create(CultureInfo.InvariantCulture, $"{bytes} B") : string.Create(CultureInfo.InvariantCulture, $"{bytes / Kibibyte} KiB");

    private static string Megabytes(Spread perSecond, int bytes) => (perSecond.Median * bytes / 1e6).ToString("F1", CultureInfo.InvariantCulture);
}
