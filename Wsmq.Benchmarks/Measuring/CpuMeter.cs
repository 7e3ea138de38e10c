using System.Globalization;

namespace Wsmq.Benchmarks.Measuring;

/// <summary>CPU seconds of the nodes, of Redis, and of the load generator.</summary>
internal readonly record struct CpuSeconds(double Nodes, double Redis, double Generator)
{
    public static CpuSeconds operator -(CpuSeconds a, CpuSeconds b) => new(a.Nodes - b.Nodes, a.Redis - b.Redis, a.Generator - b.Generator);

    public CpuSeconds Per100000(long messages)
    {
        var scale = 100_000.0 / Math.Max(messages, 1);
        return new(Nodes * scale, Redis * scale, Generator * scale);
    }
}

/// <summary>Reads the kernel's CPU counters of one peer's nodes, of Redis, and of the load generator: this process if none is named.</summary>
internal sealed class CpuMeter(IReadOnlyList<int> nodes, IReadOnlyList<int> redis, IReadOnlyList<int>? generator = null)
{
    private readonly IReadOnlyList<int> _generator = generator ?? [Environment.ProcessId];

    private const double TicksPerSecond = 100;

    // Counted from the field after the program's name, because the name may contain spaces.
    private const int UserField = 11;

    public CpuSeconds Read() => new(
        nodes.Sum(pid => Of(pid, withChildren: false)), redis.Sum(pid => Of(pid, withChildren: true)), _generator.Sum(pid => Of(pid, withChildren: false)));

    // Redis rewrites its append-only file in a child process, which counts as its work. The children of this program count as nodes.
    private static double Of(int pid, bool withChildren)
    {
        var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return fields.Skip(UserField).Take(withChildren ? 4 : 2).Sum(f => long.Parse(f, CultureInfo.InvariantCulture)) / TicksPerSecond;
    }
}
