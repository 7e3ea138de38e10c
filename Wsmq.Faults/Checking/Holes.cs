namespace Wsmq.Faults.Checking;

/// <summary>Which entries lie in a hole between two deliveries of a device: it is no silent gap if each of them is one that the device is not to get.</summary>
internal sealed class Holes(IReadOnlyCollection<SendRecord> sends, IReadOnlyCollection<DeviceRecord> devices)
{
    public bool IsSkipped(DeviceRecord device, string address, SourceRecord.Hole hole)
    {
        var readers = devices.Where(d => d.Of(address) is not null).ToList();
        var inside = sends.Where(s => s.To == address).Select(s => (Send: s, Position: PositionOf(s, readers))).Where(s => IsInside(s.Position, hole)).ToList();
        return inside.Exists(s => s.Position == hole.Through) && inside.TrueForAll(s => Coverage.IsSkipped(s.Send, device, readers));
    }

    // A message without a receipt may be stored: then another device may have got it.
    private static string? PositionOf(SendRecord send, List<DeviceRecord> readers) => send.Position is { Length: > 0 } position
        ? position
        : readers.Select(d => d.Of(send.To)?.PositionOf(send.Id)).FirstOrDefault(p => p is not null);

    private static bool IsInside(string? position, SourceRecord.Hole hole) =>
        string.CompareOrdinal(position, hole.After) > 0 && string.CompareOrdinal(position, hole.Through) <= 0;
}
