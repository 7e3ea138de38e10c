using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;
using Wsmq.Server.Framing;

namespace Wsmq.Server.Hosting;

/// <summary>Refuses options that the app sets for <see cref="WsmqHub"/> specifically and with which the hub cannot work.</summary>
internal sealed class HubOptionsValidation(IOptions<WsmqOptions> wsmq) : IValidateOptions<HubOptions<WsmqHub>>
{
    public ValidateOptionsResult Validate(string? name, HubOptions<WsmqHub> options)
    {
        var rules = new OptionRules("HubOptions<WsmqHub>");
        rules.Require(
            options.SupportedProtocols is [JsonFrames.Protocol],
            "options.SupportedProtocols must stay 'json': the wsmq hub supports no other protocol");
        rules.Require(
            options.MaximumReceiveMessageSize == LargestFrame.Of(wsmq.Value),
            "options.MaximumReceiveMessageSize is derived from wsmq's limits: set WsmqOptions.Publish.MaxBodyBytes and MaxHeaderBytes instead");
        rules.Require(
            options.MaximumParallelInvocationsPerClient == HubOptionsFactory.ParallelInvocations(wsmq.Value),
            "options.MaximumParallelInvocationsPerClient is derived from wsmq's limits: set WsmqOptions.Publish.MaxInFlightSends instead");
        rules.Require(
            options is { KeepAliveInterval: { } ping, ClientTimeoutInterval: { } silence } && TimeSpan.Zero < ping && ping < silence,
            "options.KeepAliveInterval must be more than 0 and less than options.ClientTimeoutInterval");
        rules.Require(options.HandshakeTimeout > TimeSpan.Zero, "options.HandshakeTimeout must be more than 0");
        rules.Require(options.StreamBufferCapacity > 0, "options.StreamBufferCapacity must be more than 0");
        return rules.Result;
    }
}
