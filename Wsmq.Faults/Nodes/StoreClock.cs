using System.Net.Http.Json;
using Wsmq.Server.Stores;

namespace Wsmq.Faults.Nodes;

/// <summary>The clock of the store, as a node knows it.</summary>
internal static class StoreClock
{
    public const string Path = "/clock";

    /// <summary>Null if the node does not answer.</summary>
    public static async Task<DateTimeOffset?> TryOfAsync(Uri node)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromMinutes(1) };
        using var answer = await http.GetAsync(new Uri(node, Path));
        return answer.IsSuccessStatusCode ? DateTimeOffset.FromUnixTimeMilliseconds(await answer.Content.ReadFromJsonAsync<long>()) : null;
    }

    /// <summary>Called by a node; in ms since 1970.</summary>
    public static long Read(IStore store) => store.Now / 1_000;
}
