using Microsoft.Extensions.Options;
using Wsmq.Server.Authorization;
using Wsmq.Server.Lifecycle;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Devices;

internal sealed class WsmqDevices(IStore store, StartGate start, IWsmqAccess access, IOptions<WsmqOptions> options) : IWsmqDevices
{
    public async Task<IReadOnlyList<WsmqDevice>> ListAsync(string userId, CancellationToken cancellationToken = default)
    {
        var user = options.Value.Access.Judge(WsmqAddress.User(userId)).Name;
        await start.WaitAsync(cancellationToken);
        var devices = await store.MessageLog.DevicesAsync(user, cancellationToken);
        return [.. devices.OrderBy(d => d.Name, StringComparer.Ordinal).Select(d => new WsmqDevice(d.Name, Moment(d.Seen)))];
    }

    public async Task<bool> RemoveAsync(string userId, string device, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(device);
        var queue = options.Value.Access.Judge(WsmqAddress.User(userId));
        await start.WaitAsync(cancellationToken);

        foreach (var membership in await store.Memberships.GroupsOfAsync(queue.Name, cancellationToken))
            await store.MessageLog.ForgetDeviceAsync(WsmqAddress.Group(membership.Group), queue.Name, device, cancellationToken);
        var was = await store.MessageLog.ForgetDeviceAsync(queue, queue.Name, device, cancellationToken);

        // Also if the device no longer exists: an earlier call may have removed it and failed before the disconnect.
        await access.DisconnectAsync(userId, cancellationToken);
        return was;
    }

    // Another program may have stored a corrupt value.
    private static DateTimeOffset Moment(long micros) =>
        DateTimeOffset.UnixEpoch.AddMilliseconds(Math.Clamp(micros / 1000, 0, DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()));
}
