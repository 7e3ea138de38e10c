using Wsmq.Faults.Clients;

namespace Wsmq.Faults.Checking;

/// <summary>Checks that every message with a receipt reached every device that should get it, or lies in a gap announced to it.</summary>
internal sealed class Coverage(IEnumerable<DeviceRecord> devices, Failovers failovers, Verdict verdict)
{
    // Every device is registered and a group member from the start, so that no entry may be consumed before it was delivered to it, or
    // be stored before it joined. Only a failover loses entries, and none that have a receipt if receipts wait for the replica.
    private readonly string[] _reasons = failovers is { Any: true, MayLose: true } ? [WsmqGapReasons.Retention, WsmqGapReasons.Lost] : [WsmqGapReasons.Retention];
    private readonly DeviceRecord[] _devices = [.. devices];

    public void Check(IEnumerable<SendRecord> sends)
    {
        foreach (var send in sends.Where(s => s.Position is not null))
        {
            foreach (var device in _devices.Where(d => d.Since < send.Began))
                Check(send, device);
        }

        foreach (var source in _devices.SelectMany(d => d.Sources))
        {
            verdict.Delivered += source.Handled;
            foreach (var twice in failovers.Any ? [] : source.StoredTwice)
                verdict.AddDuplicated(twice);
        }
    }

    private string[] ReasonsFor(SendRecord send) =>
        send.Life <= Client.BriefLife.TotalSeconds ? [.. _reasons, WsmqGapReasons.Expired] : _reasons;

    private void Check(SendRecord send, DeviceRecord device)
    {
        if (device.Of(send.To) is not { } source)
            return;
        if (source.Has(send.Id))
        {
            if (!failovers.Any && source.PositionOf(send.Id) != send.Position)
            {
                verdict.AddDuplicated(
                    $"{device.Name}: {send.Id} of {send.To} was delivered at {source.PositionOf(send.Id)}, "
                    + $"but its receipt states {send.Position}");
            }
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
