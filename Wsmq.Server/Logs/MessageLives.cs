using Wsmq.Server.Framing;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Logs;

/// <summary>
/// Puts together what the log, the cursors and the dead letters tell of one message, and the record of a tracked one. Of others nothing is
/// recorded: what the rest does not tell is not known.
/// </summary>
internal sealed class MessageLives(IStore store, WsmqAddress source, WsmqPosition position)
{
    private const int MostReaders = 500;
    private const int MostReplaysSeen = 200;

    private readonly List<WsmqMessageEvent> _events = [];

    // What a tracked message has become for its readers, by device of a user or by member; nothing of others.
    private Dictionary<string, TrackedReader> _tracked = [];

    public async Task<WsmqMessageLife> ReadAsync(CancellationToken cancellationToken)
    {
        var range = new HeadRange(new WsmqPosition(Math.Max(0, position.Value - 1)), position.Next(), Newest: false, 1, 0);
        var page = await store.Inspection.HeadsAsync(source, range, cancellationToken);
        if (position > page.State.Tail)
            throw new WsmqException(WsmqErrors.PositionBeyondTail);
        var head = page.Entries is [{ } found] ? found : null;

        // A position between two entries was never that of a message, unless one that has expired was removed there.
        if (head is null && position > page.State.Removed && !await IsGoneAsync(cancellationToken))
            return new WsmqMessageLife { Events = [] };

        // State stays when its log is trimmed.
        var kept = head is null ? await WsmqLogs.FindStateAsync(store, source, position, cancellationToken) : null;
        var entry = (kept is null ? head : LogViews.HeadOf(kept)) is { } stored ? Stored(stored) : null;
        var readers = await store.Inspection.ReadersAsync(source, null, MostReaders, cancellationToken);
        var letters = await LettersAsync(readers.Items, cancellationToken);
        _tracked = (await store.Tracking.ReadersAsync(source, position, null, null, cancellationToken) ?? [])
            .ToDictionary(r => r.Name, StringComparer.Ordinal);
        Add(readers.Items, letters);
        AddDeliveries();
        if (source.Kind == WsmqAddressKind.User)
            await AddReplaysAsync(readers.Items, cancellationToken);
        if (head is null)
            _events.Add(new WsmqMessageEvent { Kind = WsmqMessageEventKind.Removed });
        return new WsmqMessageLife { Entry = entry, Events = [.. _events.OrderBy(e => e.Kind)], MayBeMore = readers.Next is not null };
    }

    private async Task<bool> IsGoneAsync(CancellationToken cancellationToken) =>
        (await store.MessageLog.ReadAsync(source, new WsmqPosition(position.Value - 1), 1, 1, cancellationToken)).Entries
            is [{ IsGone: true } gone] && gone.Previous < position;

    private WsmqLogEntry Stored(EntryHead head)
    {
        var header = EntryHeader.Of(head.Metadata);
        var entry = LogViews.Of(head, header, withPreview: false);
        _events.Add(new WsmqMessageEvent { Kind = WsmqMessageEventKind.Stored, At = entry.StoredAt, User = entry.Sender });
        if (header.Replay is { } from)
        {
            _events.Add(new WsmqMessageEvent
            {
                Kind = WsmqMessageEventKind.Replayed, At = entry.StoredAt, Reason = $"{from.Source} {from.Position}",
            });
        }

        if (entry.ExpiresAt is { } end && end <= LogViews.TimeOf(new WsmqPosition(store.Now)))
            _events.Add(new WsmqMessageEvent { Kind = WsmqMessageEventKind.Expired, At = end });
        return entry;
    }

    private async Task<Dictionary<(string User, string Device), StoredDeadLetter>> LettersAsync(
        IReadOnlyList<LogReaderState> readers, CancellationToken cancellationToken)
    {
        // One list has those of forgotten devices too; of all members of a group, lists would be far too much to read for one message.
        if (source.Kind == WsmqAddressKind.User)
        {
            var list = await store.DeadLetters.ListAsync(source, source.Name, cancellationToken);
            return list.Where(l => l.Key.Position == position).ToDictionary(l => (source.Name, l.Key.Device));
        }

        var devices = readers.Where(r => r.Device is not null).Select(r => (r.User, r.Device!)).ToArray();
        var found = await store.DeadLetters.FindAsync(source, position, devices, cancellationToken);
        return found.ToDictionary(l => (l.User, l.Letter.Key.Device), l => l.Letter);
    }

    private void Add(IReadOnlyList<LogReaderState> readers, Dictionary<(string User, string Device), StoredDeadLetter> letters)
    {
        foreach (var ((user, device), letter) in letters)
        {
            _events.Add(new WsmqMessageEvent
            {
                Kind = WsmqMessageEventKind.DeadLettered, At = LogViews.TimeOf(new WsmqPosition(letter.DeadLetteredAt)), User = user,
                Device = device, Attempts = letter.Attempts, Reason = letter.Reason, DeadLetter = DeadLetterId.Of(letter.Key),
            });
        }

        // The cursor of a device moves past its dead letters. A member without a device that joined later does not wait for it.
        foreach (var reader in readers.Where(r => !letters.ContainsKey((r.User, r.Device ?? ""))))
        {
            if (reader.Position >= position && reader.Device is not null)
                _events.Add(Passed(reader));
            if (reader.Position < position)
                _events.Add(Of(reader, WsmqMessageEventKind.Waiting));
            if (reader.Failing == position && reader.Position < position)
                _events.Add(Of(reader, WsmqMessageEventKind.Failed, reader.Attempts));
        }
    }

    // Also of devices that are forgotten, and of members who left.
    private void AddDeliveries()
    {
        var isUser = source.Kind == WsmqAddressKind.User;
        foreach (var reader in _tracked.Values.Where(r => r.DeliveredAt > 0))
        {
            _events.Add(new WsmqMessageEvent
            {
                Kind = WsmqMessageEventKind.Delivered, At = LogViews.TimeOf(new WsmqPosition(reader.DeliveredAt)),
                User = isUser ? source.Name : reader.Name, Device = isUser ? reader.Name : null,
            });
        }
    }

    // The cursor of a device also passes what it has not received.
    private WsmqMessageEvent Passed(LogReaderState reader)
    {
        if (!_tracked.TryGetValue(source.Kind == WsmqAddressKind.User ? reader.Device! : reader.User, out var known))
            return Of(reader, WsmqMessageEventKind.Acknowledged);
        var (kind, at) = known switch
        {
            { AcknowledgedAt: > 0 } => (WsmqMessageEventKind.Acknowledged, known.AcknowledgedAt),
            { End: TrackedEnd.Expired } => (WsmqMessageEventKind.Expired, known.EndedAt),
            { End: TrackedEnd.Lost } => (WsmqMessageEventKind.Lost, known.EndedAt),
            { End: TrackedEnd.Skipped } => (WsmqMessageEventKind.Skipped, known.EndedAt),
            _ => (WsmqMessageEventKind.Acknowledged, 0L),
        };
        return new WsmqMessageEvent
        {
            Kind = kind, User = reader.User, Device = reader.Device, At = at > 0 ? LogViews.TimeOf(new WsmqPosition(at)) : null,
        };
    }

    // Replays are in the user's own queue, after the message, and their ids are known. Only the newest entries are looked at.
    private async Task AddReplaysAsync(IReadOnlyList<LogReaderState> readers, CancellationToken cancellationToken)
    {
        var ids = readers.Where(r => r.Device is not null)
            .ToDictionary(r => DeadLetterId.ReplayOf(new DeadLetterKey(source, position, r.Device!)), r => r.Device, StringComparer.Ordinal);
        if (ids.Count == 0)
            return;
        var range = new HeadRange(position, new WsmqPosition(WsmqPosition.MaxValue), Newest: true, MostReplaysSeen, 0);
        foreach (var head in (await store.Inspection.HeadsAsync(source, range, cancellationToken)).Entries)
        {
            if (EntryHeader.Of(head.Metadata) is { Replay: not null, Id: { } id } && ids.TryGetValue(id, out var device))
            {
                _events.Add(new WsmqMessageEvent
                {
                    Kind = WsmqMessageEventKind.Replayed, At = LogViews.TimeOf(head.Position), User = source.Name, Device = device,
                    Reason = $"{source} {head.Position}",
                });
            }
        }
    }

    private static WsmqMessageEvent Of(LogReaderState reader, WsmqMessageEventKind kind, int? attempts = null) =>
        new() { Kind = kind, User = reader.User, Device = reader.Device, Attempts = attempts };
}
