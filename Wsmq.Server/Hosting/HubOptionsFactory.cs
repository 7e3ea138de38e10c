using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;
using Wsmq.Server.Framing;
using Wsmq.Server.Hubs;

namespace Wsmq.Server.Hosting;

/// <summary>
/// Creates the options of <see cref="WsmqHub"/>. SignalR would start from the options that the app set for all its hubs. This factory
/// starts from fixed values, and applies only options that the app set for <see cref="WsmqHub"/> specifically.
/// </summary>
internal sealed class HubOptionsFactory(
    IEnumerable<IConfigureOptions<HubOptions<WsmqHub>>> setups,
    IEnumerable<IPostConfigureOptions<HubOptions<WsmqHub>>> postConfigures,
    IEnumerable<IValidateOptions<HubOptions<WsmqHub>>> validations,
    IOptions<WsmqOptions> options)
    : OptionsFactory<HubOptions<WsmqHub>>(setups.Where(s => s is not HubOptionsSetup<WsmqHub>), postConfigures, validations)
{
    // Slots for acks, in addition to MaxInFlightSends sends in flight and to open requests.
    private const int SlotsForAcks = 32;
    private const int StreamBuffer = 10;

    // SignalR's defaults, which docs/protocol.md documents.
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan ClientTimeout = TimeSpan.FromSeconds(30);

    public static int ParallelInvocations(WsmqOptions options) => options.Publish.MaxInFlightSends + options.Requests.MaxOpen + SlotsForAcks;

    protected override HubOptions<WsmqHub> CreateInstance(string name)
    {
        var hub = new HubOptions<WsmqHub>
        {
            SupportedProtocols = [JsonFrames.Protocol],
            MaximumParallelInvocationsPerClient = ParallelInvocations(options.Value),
            MaximumReceiveMessageSize = LargestFrame.Of(options.Value),
            StreamBufferCapacity = StreamBuffer,
            KeepAliveInterval = KeepAlive,
            ClientTimeoutInterval = ClientTimeout,
            HandshakeTimeout = options.Value.Limits.HandshakeTimeout,
            DisableImplicitFromServicesParameters = true,
        };

        // The first filter is the outermost. Filters that the app adds for this hub run inside it, and cannot remove the error codes.
        hub.AddFilter(new ErrorFilter());
        return hub;
    }
}
