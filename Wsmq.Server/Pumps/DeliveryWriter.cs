using System.Runtime.InteropServices;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Feeds;
using Wsmq.Server.Framing;
using Wsmq.Server.Selecting;

namespace Wsmq.Server.Pumps;

/// <summary>
/// The sent position of one log on one connection, and the writes that advance it: deliveries, within the in-flight window, and gaps. Used
/// only by the runs of one pump.
/// </summary>
internal sealed class DeliveryWriter(LogFeed feed, Receiver receiver, DeliveryWindow window, DeliveryServices services)
{
    /// <summary>Returned by <see cref="DeliverAsync"/> if the in-flight window has no free slot.</summary>
    public const int NoRoom = -1;

    // SignalR passes segments of 4 KiB to the transport, so that larger writes save next to nothing. Several libraries, the JavaScript one
    // among them, expose nothing of a WebSocket message before it is complete: on a bad connection a longer one would never arrive.
    private const int MaxBytes = 16 * 1024;

    // So many skipped entries in a row move the cursor at once.
    private const int ManySkipped = 1024;

    // Used only between two awaits, one per thread, as the entries that a pump delivers.
    [ThreadStatic]
    private static List<FeedEntry>? _selected;

    private WsmqPosition? _expiredAfter;
    private WsmqPosition? _skippedAfter;
    private int _skipped;
    private WsmqPosition _askedThrough;

    /// <summary>Selects the entries to deliver; null for all.</summary>
    public EntryFilter? Filter { get; set; }

    /// <summary>The last position that was written, announced as missing, or passed because its entry has expired or was skipped.</summary>
    public WsmqPosition Sent { get; private set; }

    /// <summary>The last position that was announced as missing, or after which the client wanted to go on.</summary>
    public WsmqPosition Announced { get; private set; }

    /// <summary>Whether entries before the sent position were skipped, and the client does not know.</summary>
    public bool HasSkipped => _skippedAfter is not null;

    /// <summary>Whether those are many.</summary>
    public bool HasSkippedMany => _skipped >= ManySkipped;

    /// <summary>Whether entries before the sent position have expired, and that is not announced yet.</summary>
    public bool HasExpired => _expiredAfter is not null;

    /// <summary>How many entries a write has, on average of the last ones.</summary>
    public double Together { get; private set; }

    // The last position that the client knows of.
    private WsmqPosition Known => _skippedAfter ?? Sent;

    /// <summary>Goes on after another position.</summary>
    /// <param name="position">The position.</param>
    /// <param name="isAcknowledged">Whether the client has acknowledged what is before it.</param>
    public void MoveTo(WsmqPosition position, bool isAcknowledged)
    {
        (Sent, Announced) = (position, isAcknowledged ? WsmqPosition.Start : position);
        (_expiredAfter, _skippedAfter, _skipped, _askedThrough) = (null, null, 0, WsmqPosition.Start);
    }

    /// <summary>
    /// Writes the first entries, as many as can leave in one write, announces the gap before them, or passes those that have expired. Returns
    /// how many entries are done, or <see cref="NoRoom"/>.
    /// </summary>
    public ValueTask<int> DeliverAsync(ReadOnlySpan<FeedEntry> entries, LostRanges lost, CancellationToken cancellationToken)
    {
        var old = 0;
        while (old < entries.Length && entries[old].Position <= Sent)
            old++;
        entries = entries[old..];
        if (entries.IsEmpty)
            return new ValueTask<int>(old);

        var first = entries[0];
        if (MissingBefore(first, Sent, lost) is { } through)
            return GapAsync(through, old, cancellationToken);
        if (first.Defect is { } defect)
        {
            Log.UnreadableEntry(services.Logger, feed.Source.ToString(), first.Position.ToString(), defect);
            return GapAsync(first.Position, old + 1, cancellationToken);
        }

        if (IsUnknown(first))
            return AskAsync(first.Position, entries[^1].Position, old, cancellationToken);
        var isSelective = Filter is not null || HasSkipped || first.IsForAnyDevice;
        if (IsOver(first) && !(isSelective && IsSkipped(first)))
        {
            // Announced together with those that follow.
            (_expiredAfter, _skippedAfter, Sent) = (_expiredAfter ?? Known, null, first.Position);
            return new ValueTask<int>(old + 1);
        }

        if (HasExpired)
            return TellThenAsync(old, cancellationToken);
        if (isSelective)
            return SelectAsync(entries, lost, old, cancellationToken);
        var count = window.Take(LeavingTogether(entries, lost));
        return count == 0 ? new ValueTask<int>(NoRoom) : WriteAsync(entries[..count], feed.Shared, entries[count - 1].Position, old + count, cancellationToken);
    }

    /// <summary>
    /// Announces that the entries after the sent position, up to and including <paramref name="through"/>, will not be delivered.
    /// </summary>
    public async ValueTask AnnounceGapAsync(WsmqPosition through, string reason, CancellationToken cancellationToken)
    {
        await AnnounceExpiredAsync(cancellationToken);
        await WriteGapAsync(Known, through, reason, cancellationToken);
        (Sent, _skippedAfter) = (through, null);
    }

    /// <summary>Tells a client that wants to know about the entries that were skipped since the last delivery.</summary>
    public async ValueTask TellSkippedAsync(CancellationToken cancellationToken)
    {
        _skipped = 0;
        if (_skippedAfter is not { } after || !receiver.Connection.TakesSkips)
            return;
        await receiver.Connection.SkippedAsync(feed.Source, after, Sent, cancellationToken);
        _skippedAfter = null;
    }

    /// <summary>Announces the entries that were passed because they have expired, if there are any.</summary>
    public async ValueTask AnnounceExpiredAsync(CancellationToken cancellationToken)
    {
        if (_expiredAfter is not { } after)
            return;
        await WriteGapAsync(after, Sent, WsmqGapReasons.Expired, cancellationToken);
        _expiredAfter = null;
    }

    /// <summary>Writes state, in calls that leave in one write each.</summary>
    /// <param name="entries">The entries.</param>
    /// <param name="begins">Whether other state was begun on the connection and not ended: a call tells the client to forget that.</param>
    /// <param name="isLast">Whether no more follows: the last call has the sent position.</param>
    /// <param name="cancellationToken">Cancels the wait for the socket.</param>
    public async ValueTask WriteStateAsync(ReadOnlyMemory<FeedEntry> entries, bool begins, bool isLast, CancellationToken cancellationToken)
    {
        await AnnounceExpiredAsync(cancellationToken);
        if (begins)
            await receiver.Connection.StateAsync(feed.SourceJson, [], null, cancellationToken);
        var open = new List<FeedEntry>();
        var bytes = 0;
        for (var i = 0; i < entries.Length; i++)
        {
            var entry = entries.Span[i];
            if (entry.Defect is { } defect)
                Log.UnreadableEntry(services.Logger, feed.Source.ToString(), entry.Position.ToString(), defect);
            if (entry.Defect is not null || IsOver(entry) || IsSkipped(entry))
                continue;
            if (open.Count > 0 && bytes + entry.Frame.Length > MaxBytes)
            {
                await receiver.Connection.StateAsync(feed.SourceJson, CollectionsMarshal.AsSpan(open), null, cancellationToken);
                open.Clear();
                bytes = 0;
            }

            open.Add(entry);
            bytes += entry.Frame.Length;
            if (entry.IsTracked)
                Mark(entry.Position, isSkipped: false);
        }

        if (open.Count > 0 || isLast)
            await receiver.Connection.StateAsync(feed.SourceJson, CollectionsMarshal.AsSpan(open), isLast ? Known : null, cancellationToken);
    }

    public ValueTask TellStalledAsync(CancellationToken cancellationToken)
    {
        Log.Stalled(services.Logger, receiver.Connection.Id, feed.Source.ToString(), services.Options.Delivery.StallAfter);
        return receiver.Connection.StalledAsync(feed.Source, _expiredAfter ?? Known, cancellationToken);
    }

    private static WsmqPosition? MissingBefore(FeedEntry entry, WsmqPosition sent, LostRanges lost) =>
        lost.After(sent) is { } through && through < entry.Position ? through
        : entry.Previous > sent ? entry.Previous
        : null;

    // The consecutive entries that can leave in one write: at least the first.
    private ReadOnlySpan<FeedEntry> LeavingTogether(ReadOnlySpan<FeedEntry> entries, LostRanges lost)
    {
        var bytes = entries[0].Frame.Length;
        var count = 1;
        for (; count < entries.Length; count++)
        {
            var (entry, last) = (entries[count], entries[count - 1].Position);
            if (entry.Position <= last || MissingBefore(entry, last, lost) is not null || entry.Defect is not null || IsOver(entry)
                || entry.IsForAnyDevice)
            {
                break;
            }

            bytes += entry.Frame.Length;
            if (bytes > MaxBytes)
                break;
        }

        return entries[..count];
    }

    // Writes the entries that the reader gets, as many as can leave in one write, and passes those before, between and after them. Each names the
    // one that the client got before it: what is not for a reader is no hole.
    private ValueTask<int> SelectAsync(ReadOnlySpan<FeedEntry> entries, LostRanges lost, int old, CancellationToken cancellationToken)
    {
        var selected = _selected ??= [];
        selected.Clear();
        var (known, through, bytes, count) = (Known, Sent, 0, 0);
        for (; count < entries.Length; count++)
        {
            var entry = entries[count];
            if (count > 0 && (entry.Position <= through || MissingBefore(entry, through, lost) is not null || entry.Defect is not null
                || IsUnknown(entry)))
            {
                break;
            }

            if (!IsSkipped(entry))
            {
                bytes += entry.Frame.Length;

                // The first one was not over a moment ago.
                if ((count > 0 && IsOver(entry)) || (bytes > MaxBytes && selected.Count > 0))
                    break;
                selected.Add(entry.After(known));
                known = entry.Position;
            }

            through = entry.Position;
        }

        var taken = selected.Count == 0 ? 0 : window.Take(CollectionsMarshal.AsSpan(selected));
        if (taken < selected.Count)
            count = IndexOf(entries, selected[taken].Position);
        if (count == 0)
            return new ValueTask<int>(NoRoom);
        through = entries[count - 1].Position;
        _skipped += count - taken;
        Note(CollectionsMarshal.AsSpan(selected)[..taken], entries[..count]);
        if (taken == 0)
        {
            (_skippedAfter, Sent) = (Known, through);
            return new ValueTask<int>(old + count);
        }

        var writing = WriteAsync(CollectionsMarshal.AsSpan(selected)[..taken], null, through, old + count, cancellationToken);
        selected.Clear();
        return writing;
    }

    private static int IndexOf(ReadOnlySpan<FeedEntry> entries, WsmqPosition position)
    {
        var at = 0;
        while (entries[at].Position < position)
            at++;
        return at;
    }

    // Before the write: its ack may come at once.
    private void Note(ReadOnlySpan<FeedEntry> written, ReadOnlySpan<FeedEntry> passed)
    {
        var (known, through) = (Known, Sent);
        foreach (var entry in passed)
        {
            var isWritten = !written.IsEmpty && written[0].Position == entry.Position;
            if (isWritten && through > known)
                window.Skip(known, through);
            if (isWritten)
            {
                known = entry.Position;
                written = written[1..];
                if (entry.IsForAnyDevice)
                    window.NoteForAnyDevice(known);
            }
            else if (entry.IsTracked)
            {
                Mark(entry.Position, isSkipped: true);
            }

            through = entry.Position;
        }

        if (through > known)
            window.Skip(known, through);
    }

    private bool IsSkipped(FeedEntry entry) => IsLeftOut(entry) || (entry.IsForAnyDevice && feed.IsCleared(entry.Position));

    // What a filter would have selected of removed entries is not known: the client is told of all of them.
    private bool IsLeftOut(FeedEntry entry) => !entry.IsGone && Filter?.Selects(entry) == false;

    // Whether the store may know that a device has acknowledged an entry, which is for any. From then on signals tell.
    private bool IsUnknown(FeedEntry entry) =>
        entry.IsForAnyDevice && entry.Position > _askedThrough && !feed.IsCleared(entry.Position) && !IsLeftOut(entry);

    private async ValueTask<int> AskAsync(WsmqPosition first, WsmqPosition last, int done, CancellationToken cancellationToken)
    {
        feed.Clear(await services.Cleared.FindAsync(feed.Source, first, last, cancellationToken));
        _askedThrough = last;
        return done;
    }

    private bool IsOver(FeedEntry entry) => entry.Ends is { } end && end <= services.StoreNow;

    private async ValueTask WriteGapAsync(WsmqPosition after, WsmqPosition through, string reason, CancellationToken cancellationToken)
    {
        var before = through.Next();
        Log.GapAnnounced(services.Logger, feed.Source.ToString(), receiver.Connection.Id, after.ToString(), before.ToString(), reason);
        services.Metrics.Gap(reason);
        Announced = through;
        await receiver.Connection.GapAsync(feed.Source, after, before, reason, cancellationToken);
    }

    private async ValueTask<int> TellThenAsync(int done, CancellationToken cancellationToken)
    {
        await AnnounceExpiredAsync(cancellationToken);
        return done;
    }

    private async ValueTask<int> GapAsync(WsmqPosition through, int done, CancellationToken cancellationToken)
    {
        await AnnounceGapAsync(through, WsmqGapReasons.Lost, cancellationToken);
        return done;
    }

    private ValueTask<int> WriteAsync(
        ReadOnlySpan<FeedEntry> entries, SharedFrames? shared, WsmqPosition through, int done, CancellationToken cancellationToken)
    {
        var (count, last) = (entries.Length, entries[^1].Position);
        foreach (var entry in entries)
        {
            // Before the write: its ack may come at once.
            if (entry.IsTracked)
                Mark(entry.Position, isSkipped: false);
        }

        var writing = receiver.Connection.ReceiveAsync(entries, shared, cancellationToken);
        if (!writing.IsCompletedSuccessfully)
            return FinishAsync(writing, count, (last, through), done);
        Wrote(count, last, through);
        return new ValueTask<int>(done);
    }

    private async ValueTask<int> FinishAsync(ValueTask writing, int count, (WsmqPosition Last, WsmqPosition Through) sent, int done)
    {
        await writing;
        Wrote(count, sent.Last, sent.Through);
        return done;
    }

    private void Mark(WsmqPosition position, bool isSkipped) =>
        services.Marks.Add(feed.Source, position, receiver.User, receiver.Device, isSkipped);

    private void Wrote(int count, WsmqPosition last, WsmqPosition through)
    {
        services.Metrics.Delivered(count);
        (Sent, _skippedAfter) = (through, through > last ? last : null);
        Together += (count - Together) / 4;
        if (through == last)
            _skipped = 0;
    }
}
