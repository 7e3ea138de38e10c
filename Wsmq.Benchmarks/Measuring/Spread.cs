using System.Globalization;

namespace Wsmq.Benchmarks.Measuring;

/// <summary>The median of the rounds, with the minimum and the maximum.</summary>
internal readonly record struct Spread(double Median, double Min, double Max)
{
    public static Spread Of(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        var median = sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted[0], sorted[^1]);
    }

    /// <summary>The median, followed by the range.</summary>
    public string Text(string format) => $"{MedianText(format)} ({RangeText(format)})";

    public string MedianText(string format) => Median.ToString(format, CultureInfo.InvariantCulture);

    public string RangeText(string format) =>
        string.Create(CultureInfo.InvariantCulture, $"{Min.ToString(format, CultureInfo.InvariantCulture)} to {Max.ToString(format, CultureInfo.InvariantCulture)}");
}
