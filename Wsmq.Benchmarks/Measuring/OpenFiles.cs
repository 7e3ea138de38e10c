using System.Globalization;
using Wsmq.Testing;

namespace Wsmq.Benchmarks.Measuring;

/// <summary>Checks the limit of open files: with too low a limit a scenario with many connections would fail halfway.</summary>
internal static class OpenFiles
{
    public static void Require(string scenario, int files)
    {
        var line = File.ReadLines("/proc/self/limits").First(l => l.StartsWith("Max open files", StringComparison.Ordinal));
        var limit = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3];
        if (limit != "unlimited" && long.Parse(limit, CultureInfo.InvariantCulture) < files)
            throw new RunFailedException($"The scenario {scenario} needs {files} open files, and the limit is {limit}. Raise it: ulimit -n {files}");
    }
}
