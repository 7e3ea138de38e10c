using System.Net.Http.Json;
using Wsmq.Server.Framing;
using Wsmq.Server.Stores;

namespace Wsmq.Faults.Nodes;

/// <summary>A message that is the state of a key.</summary>
internal sealed record KeptMessage(string? Key, string? Id, string Position);

/// <summary>The whole state of an address.</summary>
internal sealed record KeptState(IReadOnlyList<KeptMessage> Messages)
{
    public const string Path = "/state";

    private const int Most = 1_000;
    private const int MostBytes = 1024 * 1024;

    /// <summary>Null if the node cannot read it.</summary>
    public static async Task<KeptState?> TryOfAsync(Uri node, string address)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromMinutes(2) };
        using var answer = await http.GetAsync(new Uri(node, $"{Path}/{address}"));
        return answer.IsSuccessStatusCode ? await answer.Content.ReadFromJsonAsync<KeptState>() : null;
    }

    /// <summary>Called by a node.</summary>
    public static async Task<KeptState> ReadAsync(string address, IStore store, CancellationToken cancellationToken)
    {
        var page = await store.MessageLog.ReadStateAsync(
            WsmqAddress.Parse(address), WsmqPosition.Start, new WsmqPosition(WsmqPosition.MaxValue), Most, MostBytes, cancellationToken);
        return new KeptState([.. page.Entries.Select(Of)]);
    }

    private static KeptMessage Of(LogEntry entry)
    {
        var header = EntryHeader.Of(entry.Metadata);
        return new KeptMessage(header.StateKey, header.Id, entry.Position.ToString());
    }
}
