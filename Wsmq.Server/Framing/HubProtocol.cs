using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.Options;

namespace Wsmq.Server.Framing;

/// <summary>
/// The protocol of the wsmq hub: SignalR's JSON protocol with its own options. What the app adds or configures for its own hubs (another
/// protocol, converters, ignore conditions, naming) would change the wire format, and deliveries are composed as JSON frames anyway.
/// </summary>
internal sealed class HubProtocol : IHubProtocolResolver
{
    private readonly FrameProtocol _json = new(new JsonHubProtocol(Options.Create(JsonOptions())));

    public IReadOnlyList<IHubProtocol> AllProtocols => [_json];

    public IHubProtocol? GetProtocol(string protocolName, IReadOnlyList<string>? supportedProtocols) =>
        string.Equals(protocolName, JsonFrames.Protocol, StringComparison.OrdinalIgnoreCase) ? _json : null;

    private static JsonHubProtocolOptions JsonOptions()
    {
        var json = new JsonHubProtocolOptions();

        // The second resolver is for live pushes of the app's own types, which the untyped hub context allows.
        json.PayloadSerializerOptions.TypeInfoResolver =
            JsonTypeInfoResolver.Combine(WsmqJson.TypeInfoResolver, new DefaultJsonTypeInfoResolver());
        return json;
    }
}
