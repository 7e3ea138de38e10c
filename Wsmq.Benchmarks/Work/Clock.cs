using System.Diagnostics;

namespace Wsmq.Benchmarks.Work;

/// <summary>The clock of the machine, which all its processes share; node's <c>process.hrtime</c> reads the same one.</summary>
internal static class Clock
{
    public static long Micros => Stopwatch.GetTimestamp() * 1_000 / (Stopwatch.Frequency / 1_000);
}
