using System.Net.Http.Json;
using System.Runtime;
using Microsoft.AspNetCore.Builder;

namespace Wsmq.Benchmarks.Nodes;

/// <summary>
/// How many methods a node has compiled. A method is compiled again, with optimizations, once it was called often: while the number grows,
/// the node is slower than later, and the compiler takes processor time.
/// </summary>
internal static class NodeCompiler
{
    private const string Path = "/compiled";

    /// <summary>The methods that this process has compiled.</summary>
    public static long Compiled => JitInfo.GetCompiledMethodCount(currentThread: false);

    public static void MapCompiler(this WebApplication app) => app.MapGet(Path, () => Compiled);

    public static async Task<long> CompiledAsync(HttpClient http, Uri node) => await http.GetFromJsonAsync<long>(new Uri(node, Path));
}
