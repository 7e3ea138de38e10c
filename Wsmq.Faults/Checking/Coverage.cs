using Wsmq.Faults.Clients;

namespace Wsmq.Faults.Checking;

/// <summary>Checks that every message with a receipt reached every device that should get it, or lies in a gap announced to it.</summary>
internal sealed class Coverage(IEnumerable<DeviceRecord> devices, Failovers failovers, Verdict verdict)
{
    // Every device is registered and a group member from the start, so that no entry may be consumed before it was delivered to it, or
    // be stored before it joined. Only a failover loses entries, and none that have a receipt if receipts wait for the replica.
    private readonly string[] _reasons = failovers is { Any: true, MayLose: true } ? [WsmqGapReasons.Retention, WsmqGapReasons.Lost] : [WsmqGapReasons.Retention];
    private readonly DeviceRecord[] _devices = [.. devices];

    public void Check(IReadOnlyCollection<SendRecord> sends)
    {
        foreach (var send in sends.Where(s => s.Position is not null))
        {
            foreach (var device in _devices.Where(d => d.Since < send.Began))
                Check(send, device);
        }

        var holes = new Holes(sends, _devices);
        foreach (var (device, address, source) in _devices.SelectMany(d => d.BySource.Select(s => (d, s.Key, s.Value))))
        {
            verdict.Delivered += source.Handled;
            foreach (var twice in failovers.Any ? [] : source.StoredTwice)
                verdict.AddDuplicated(twice);
            foreach (var hole in source.Holes.Where(h => !holes.IsSkipped(device, address, h)))
                verdict.AddGapSilent(hole.Text);
        }
    }

    /// <summary>Whether a message is not for a device: because of its filter, or because another device of the user has handled it.</summary>
    public static bool IsSkipped(SendRecord send, DeviceRecord device, IEnumerable<DeviceRecord> devices) =>
        device.LeavesOut(send) || (send.IsForAnyDevice && devices.Any(d => d.Of(send.To)?.Has(send.Id) == true));

    private string[] ReasonsFor(SendRecord send) =>
        send.Life <= Client.BriefLife.TotalSeconds ? [.. _reasons, WsmqGapReasons.Expired] : _reasons;

    private void Check(SendRecord send, DeviceRecord device)
    {
        if (device.Of(send.To) is not { } source)
            return;
        if (source.Has(send.Id))
        {
            if (device.LeavesOut(send))
                verdict.AddSkipWrong($"{device.Name}: {send.Id} of {send.To} was delivered, but its filter leaves it out");
            if (!failovers.Any && source.PositionOf(send.Id) != send.Position)
            {
                verdict.AddDuplicated(
                    $"{device.Name}: {send.Id} of {send.To} was delivered at {source.PositionOf(send.Id)}, "
                    + $"but its receipt states {send.Position}");
            }
        }
        else if (IsSkipped(send, device, _devices))
        {
            verdict.Skipped++;
        }
        else if (send.IsElsewhere ? !source.HasGap(_reasons) : !source.IsAnnounced(send.Position!, ReasonsFor(send)))
        {
            if (failovers.MayHaveLost(send))
                verdict.FailoverLost++;
            else
                verdict.AddLost($"{device.Name}: {send.Id} of {send.To} at {send.Position}");
        }
    }
}
