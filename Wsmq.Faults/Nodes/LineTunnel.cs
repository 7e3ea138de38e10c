using System.Globalization;
using System.Net;
using StackExchange.Redis.Configuration;

namespace Wsmq.Faults.Nodes;

/// <summary>Connects a node to servers through proxies, also to servers whose addresses the driver has discovered itself.</summary>
/// <param name="lines">The ports of the proxies by the ports of the servers.</param>
internal sealed class LineTunnel(IReadOnlyDictionary<int, int> lines) : Tunnel
{
    public static string Format(IReadOnlyDictionary<int, int> lines) =>
        string.Join(',', lines.Select(l => string.Create(CultureInfo.InvariantCulture, $"{l.Key}={l.Value}")));

    public static LineTunnel Parse(string text) => new(text.Split(',').Select(l => l.Split('=')).ToDictionary(
        l => int.Parse(l[0], CultureInfo.InvariantCulture), l => int.Parse(l[1], CultureInfo.InvariantCulture)));

    public override ValueTask<EndPoint?> GetSocketConnectEndpointAsync(EndPoint endpoint, CancellationToken cancellationToken) =>
        new(endpoint is IPEndPoint server && lines.TryGetValue(server.Port, out var line) ? new IPEndPoint(server.Address, line) : endpoint);
}
