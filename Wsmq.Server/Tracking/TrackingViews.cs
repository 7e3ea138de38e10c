using Wsmq.Server.Stores;

namespace Wsmq.Server.Tracking;

/// <summary>Records of tracked messages as users see them.</summary>
internal static class TrackingViews
{
    /// <param name="entry">The record.</param>
    /// <param name="now">The clock of the store, in µs since 1970.</param>
    /// <param name="withReaders">Whether its readers are shown, also of a group.</param>
    public static WsmqMessageStatus Of(TrackedEntry entry, long now, bool withReaders = false) => new()
    {
        To = entry.To.ToString(),
        Position = entry.Position.ToString(),
        Id = entry.Id,
        State = StateOf(entry, now),
        StoredAt = Time(entry.Position.Value),
        ExpiresAt = entry.Ends > 0 ? Time(entry.Ends) : null,
        Delivered = entry.Delivered,
        Acknowledged = entry.Acknowledged,
        DeadLettered = entry.DeadLettered,
        Readers = withReaders || entry.To.Kind == WsmqAddressKind.User ? Of(entry.To, entry.Readers) : null,
    };

    public static WsmqReaderStatus[] Of(WsmqAddress to, IReadOnlyList<TrackedReader> readers)
    {
        var isUser = to.Kind == WsmqAddressKind.User;
        return [.. readers.Select(reader => new WsmqReaderStatus
        {
            Device = isUser ? reader.Name : null,
            User = isUser ? null : reader.Name,
            State = StateOf(reader),
            DeliveredAt = TimeOrNull(reader.DeliveredAt),
            AcknowledgedAt = TimeOrNull(reader.AcknowledgedAt),
            EndedAt = TimeOrNull(reader.EndedAt),
        })];
    }

    private static WsmqDeliveryState StateOf(TrackedEntry entry, long now) =>
        entry.Acknowledged > 0 ? WsmqDeliveryState.Acknowledged
        : entry.DeadLettered > 0 ? WsmqDeliveryState.DeadLettered
        : entry.Delivered == 0 && (entry.Expired > 0 || (entry.Ends > 0 && entry.Ends <= now)) ? WsmqDeliveryState.Expired
        : !entry.IsStored && entry.Delivered == 0 && entry.Readers is [_, ..] readers && readers.All(r => r.End == TrackedEnd.Skipped)
            ? WsmqDeliveryState.Skipped
        : HasLeft(entry, now) || (entry.Delivered == 0 && entry.Lost > 0) ? WsmqDeliveryState.Lost
        : entry.Delivered > 0 ? WsmqDeliveryState.Delivered
        : WsmqDeliveryState.Stored;

    // An entry that has expired is removed, and stays what it was.
    private static bool HasLeft(TrackedEntry entry, long now) => !entry.IsStored && !(entry.Ends > 0 && entry.Ends <= now);

    private static WsmqDeliveryState StateOf(in TrackedReader reader) => reader switch
    {
        { AcknowledgedAt: > 0 } => WsmqDeliveryState.Acknowledged,
        { End: TrackedEnd.DeadLettered } => WsmqDeliveryState.DeadLettered,
        { DeliveredAt: > 0 } => WsmqDeliveryState.Delivered,
        { End: TrackedEnd.Expired } => WsmqDeliveryState.Expired,
        { End: TrackedEnd.Lost } => WsmqDeliveryState.Lost,
        { End: TrackedEnd.Skipped } => WsmqDeliveryState.Skipped,
        _ => WsmqDeliveryState.Stored,
    };

    private static DateTimeOffset Time(long micros) => DateTimeOffset.UnixEpoch.AddMicroseconds(micros);

    private static DateTimeOffset? TimeOrNull(long micros) => micros > 0 ? Time(micros) : null;
}
