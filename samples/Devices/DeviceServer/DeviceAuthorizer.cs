using Wsmq;

namespace Devices;

/// <summary>A device reads what is sent to it, and reports readings. It reaches no other device, and operators do not use the hub.</summary>
internal sealed class DeviceAuthorizer : IWsmqAuthorizer
{
    public ValueTask<bool> CanSendAsync(WsmqCaller caller, WsmqAddress to, CancellationToken cancellationToken) =>
        new(IsDevice(caller) && to == Telemetry.Queue);

    public ValueTask<bool> CanReadAsync(WsmqCaller caller, WsmqAddress source, CancellationToken cancellationToken) =>
        new(IsDevice(caller) && source == WsmqAddress.User(caller.UserId));

    private static bool IsDevice(WsmqCaller caller) => caller.Principal.IsInRole(DemoTokens.Device);
}
