using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Wsmq.Benchmarks.Load;

/// <summary>
/// Waits on the thread of the caller. Timers, <c>Task.Delay</c> and <c>Thread.Sleep</c> have a resolution of one to four milliseconds, more than
/// what is measured; spinning would occupy a core that the peers need.
/// </summary>
internal static partial class PreciseWait
{
    /// <summary>Returns at a timestamp of <see cref="Stopwatch"/>; at once if it is over.</summary>
    public static void Until(long due)
    {
        while (Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due) is { Ticks: > 0 } rest)
        {
            var sleep = new Timespec(0, (nint)Math.Min(rest.Ticks * 100, 900_000_000));
            _ = Sleep(in sleep, 0);
        }
    }

    private readonly record struct Timespec(nint Seconds, nint Nanoseconds);

    [LibraryImport("libc", EntryPoint = "nanosleep")]
    private static partial int Sleep(in Timespec time, nint remaining);
}
