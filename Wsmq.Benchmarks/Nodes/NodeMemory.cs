using System.Globalization;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;

namespace Wsmq.Benchmarks.Nodes;

/// <summary>The memory of a node, in bytes, after a full garbage collection that returns free memory to the system.</summary>
internal sealed record NodeMemory(long Managed, long Private)
{
    private const string Path = "/memory";

    public static async Task<NodeMemory> OfAsync(Uri node)
    {
        using var http = new HttpClient();
        return (await http.GetFromJsonAsync<NodeMemory>(new Uri(node, Path)))!;
    }

    public static NodeMemory Collect()
    {
        for (var pass = 0; pass < 2; pass++)
        {
            GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        return new NodeMemory(GC.GetTotalMemory(forceFullCollection: false), PrivateBytes());
    }

    // Excludes pages that nodes share, such as those of libraries and of the runtime: connections do not add to them.
    private static long PrivateBytes() => File.ReadLines("/proc/self/smaps_rollup")
        .Where(line => line.StartsWith("Private_", StringComparison.Ordinal))
        .Sum(line => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture)) * 1024;
}

internal static class NodeMemoryEndpoint
{
    public static void MapMemory(this WebApplication app) => app.MapGet("/memory", NodeMemory.Collect);
}
