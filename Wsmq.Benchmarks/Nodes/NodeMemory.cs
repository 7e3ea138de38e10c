using System.Globalization;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;

namespace Wsmq.Benchmarks.Nodes;

/// <summary>What a node holds, in bytes, after everything that nobody references was collected and given back.</summary>
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

    // Pages of libraries and of the runtime's files are shared between nodes: a connection does not cost them.
    private static long PrivateBytes() => File.ReadLines("/proc/self/smaps_rollup")
        .Where(line => line.StartsWith("Private_", StringComparison.Ordinal))
        .Sum(line => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture)) * 1024;
}

internal static class NodeMemoryEndpoint
{
    public static void MapMemory(this WebApplication app) => app.MapGet("/memory", NodeMemory.Collect);
}
