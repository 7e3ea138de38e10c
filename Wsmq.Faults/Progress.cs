using System.Diagnostics;
using System.Globalization;

namespace Wsmq.Faults;

/// <summary>Reports progress on standard error. Standard output carries only the results.</summary>
internal static class Progress
{
    private static readonly long Start = Stopwatch.GetTimestamp();

    public static void Say(FormattableString line) =>
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"[{Stopwatch.GetElapsedTime(Start).TotalSeconds,6:F1} s] {line.ToString(CultureInfo.InvariantCulture)}"));
}
