using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;
using Wsmq.Server.Hubs;

namespace Wsmq.Server.Configuration;

/// <summary>Sets SignalR's limits for our hub from ours; the app's other hubs keep theirs.</summary>
internal sealed class HubLimits(IOptions<WsmqOptions> options) : IPostConfigureOptions<HubOptions<WsmqHub>>
{
    // Room for acks beside the most sends that may be under way.
    private const int SlotsForAcks = 32;
    private const int EnvelopeBytes = 64 * 1024;

    public void PostConfigure(string? name, HubOptions<WsmqHub> hub)
    {
        hub.MaximumParallelInvocationsPerClient = options.Value.MaxOutstandingSends + SlotsForAcks;

        // A frame over SignalR's limit ends the connection, so that limit lies well above ours (base64 alone adds a third):
        // what is only somewhat too large gets a code.
        hub.MaximumReceiveMessageSize = (2L * options.Value.MaxBodyBytes) + (2L * options.Value.MaxHeaderBytes) + EnvelopeBytes;

        // Another protocol that the app has added for its own hubs would end at the first delivery: refuse it at the handshake.
        hub.SupportedProtocols = ["json"];
        hub.AddFilter<ErrorFilter>();
    }
}
