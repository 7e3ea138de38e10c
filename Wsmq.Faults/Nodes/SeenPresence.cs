using Wsmq.Faults.Clients;

namespace Wsmq.Faults.Nodes;

/// <summary>The presence of an address as a node sees it.</summary>
internal static class SeenPresence
{
    public const string Path = "/presence";

    /// <summary>Null if the node cannot tell.</summary>
    public static async Task<string?> TryOfAsync(Uri node, string address)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromMinutes(1) };
        using var answer = await http.GetAsync(new Uri(node, $"{Path}/{address}"));
        return answer.IsSuccessStatusCode ? await answer.Content.ReadAsStringAsync() : null;
    }

    /// <summary>Called by a node.</summary>
    public static async Task<string> ReadAsync(string address, IWsmqPresence presence, CancellationToken cancellationToken) =>
        WsmqAddress.Parse(address) is { Kind: WsmqAddressKind.Group, Name: var group }
            ? PresenceDevice.TextOf(await presence.GetGroupAsync(group, cancellationToken))
            : PresenceDevice.TextOf((await presence.GetAsync([WsmqAddress.Parse(address).Name], cancellationToken))[0]);
}
