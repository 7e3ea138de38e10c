using Wsmq.Server.Framing;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Logs;

/// <summary>Logs as operators see them.</summary>
internal static class LogViews
{
    public static WsmqAddressInfo Of(AddressFigures figures) => new()
    {
        Address = figures.Address,
        Entries = figures.Entries,
        Bytes = figures.Bytes,
        LastAt = figures.Tail == WsmqPosition.Start ? null : TimeOf(figures.Tail),
    };

    public static WsmqLogEntry Of(EntryHead head, EntryHeader header, bool withPreview) => new()
    {
        Position = head.Position,
        Id = header.Id,
        Sender = header.Sender,
        SentAt = header.SentAt,
        StoredAt = TimeOf(head.Position),
        ExpiresAt = MessageLife.EndOf(head.Position, header.TimeToLive),
        StateKey = header.StateKey,
        RemovesState = header.RemovesState,
        Type = header.Type,
        ContentType = header.ContentType,
        Size = head.BodyBytes,
        Preview = withPreview && head.Defect is null ? header.PreviewOf(head.BodyStart) : null,
    };

    public static WsmqLogEntry Of(LogEntry entry, bool withPreview) => Of(HeadOf(entry), EntryHeader.Of(entry.Metadata), withPreview);

    public static WsmqDelayedMessage Of(DelayedHead head, bool withPreview)
    {
        var header = EntryHeader.Of(head.Metadata);
        return new WsmqDelayedMessage
        {
            Key = head.Key,
            DueAt = TimeOf(new WsmqPosition(head.Due)),
            Id = header.Id,
            Sender = header.Sender,
            SentAt = header.SentAt,
            StateKey = header.StateKey,
            RemovesState = header.RemovesState,
            Type = header.Type,
            ContentType = header.ContentType,
            Size = head.BodyBytes,
            Preview = withPreview && !head.Metadata.IsEmpty ? header.PreviewOf(head.BodyStart) : null,
        };
    }

    /// <summary>The beginning of an entry that was read as a whole.</summary>
    public static EntryHead HeadOf(LogEntry entry) =>
        new(entry.Position, entry.Metadata, entry.Body[..Math.Min(entry.Body.Length, EntryHeader.PreviewBytes)], entry.Body.Length)
        {
            Defect = entry.Defect,
        };

    /// <param name="reader">The reader.</param>
    /// <param name="figures">The figures of its log.</param>
    /// <param name="newest">The newest entries of the log.</param>
    public static WsmqLogCursor Of(LogReaderState reader, AddressFigures figures, NewestEntries newest)
    {
        var known = reader.Position <= figures.Removed ? figures.Entries : newest.Positions.TakeWhile(p => p > reader.Position).LongCount();
        return new WsmqLogCursor
        {
            User = reader.User,
            Device = reader.Device,
            Position = reader.Position,
            Behind = known,
            MayBeMore = reader.Position > figures.Removed && known == newest.Positions.Count && !newest.AreAll,
            LastSeenAt = reader.Seen > 0 ? TimeOf(new WsmqPosition(reader.Seen)) : null,
        };
    }

    /// <summary>The time of a position, or of a number of µs since 1970.</summary>
    public static DateTimeOffset TimeOf(WsmqPosition position) => DateTimeOffset.UnixEpoch.AddMicroseconds(position.Value);
}
