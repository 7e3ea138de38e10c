using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;
using Wsmq.Server.Delivering;
using Wsmq.Server.Hubs;

namespace Wsmq.Server.Configuration;

/// <summary>
/// Makes the options of our hub. SignalR would begin with what the app set for all its hubs; ours begins with values of its own,
/// and only what is set for <see cref="WsmqHub"/> by name is applied to them.
/// </summary>
internal sealed class HubOptionsFactory(
    IEnumerable<IConfigureOptions<HubOptions<WsmqHub>>> setups,
    IEnumerable<IPostConfigureOptions<HubOptions<WsmqHub>>> postConfigures,
    IEnumerable<IValidateOptions<HubOptions<WsmqHub>>> validations,
    IOptions<WsmqOptions> options)
    : OptionsFactory<HubOptions<WsmqHub>>(setups.Where(s => s is not HubOptionsSetup<WsmqHub>), postConfigures, validations)
{
    // Room for acks beside the most sends that may be under way.
    private const int SlotsForAcks = 32;
    private const int EnvelopeBytes = 64 * 1024;
    private const int StreamBuffer = 10;

    // SignalR's own defaults, which docs/protocol.md states.
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan ClientTimeout = TimeSpan.FromSeconds(30);

    public static int ParallelInvocations(WsmqOptions options) => options.MaxOutstandingSends + SlotsForAcks;

    /// <summary>
    /// A frame over SignalR's limit ends the connection, so that limit lies well above ours (base64 alone adds a third): what is only
    /// somewhat too large gets a code.
    /// </summary>
    public static long MessageBytes(WsmqOptions options) => (2L * options.MaxBodyBytes) + (2L * options.MaxHeaderBytes) + EnvelopeBytes;

    protected override HubOptions<WsmqHub> CreateInstance(string name)
    {
        var hub = new HubOptions<WsmqHub>
        {
            SupportedProtocols = [JsonFrames.Protocol],
            MaximumParallelInvocationsPerClient = ParallelInvocations(options.Value),
            MaximumReceiveMessageSize = MessageBytes(options.Value),
            StreamBufferCapacity = StreamBuffer,
            KeepAliveInterval = KeepAlive,
            ClientTimeoutInterval = ClientTimeout,
            HandshakeTimeout = options.Value.Limits.HandshakeTimeout,
            DisableImplicitFromServicesParameters = true,
        };

        // The first filter is the outermost: those that the app adds for this hub run inside, and cannot take the codes away.
        hub.AddFilter(new ErrorFilter());
        return hub;
    }
}
