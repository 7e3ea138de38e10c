using System.Diagnostics;
using System.Globalization;

namespace Wsmq.Faults;

/// <summary>Says on standard error what is going on: standard output carries the results alone.</summary>
internal static class Progress
{
    private static readonly long Start = Stopwatch.GetTimestamp();

    public static void Say(FormattableString line) =>
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"[{Stopwatch.GetElapsedTime(Start).TotalSeconds,6:F1} s] {line.ToString(CultureInfo.InvariantCulture)}"));
}
