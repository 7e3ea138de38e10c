using System.Runtime.InteropServices;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Feeds;
using Wsmq.Server.Framing;

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

    private WsmqPosition? _expiredAfter;

    /// <summary>The last position that was written, announced as missing, or passed because its entry has expired.</summary>
    public WsmqPosition Sent { get; private set; }

    /// <summary>Whether entries before the sent position have expired, and that is not announced yet.</summary>
    public bool HasExpired => _expiredAfter is not null;

    /// <summary>How many entries a write has, on average of the last ones.</summary>
    public double Together { get; private set; }

    public void MoveTo(WsmqPosition position) => (Sent, _expiredAfter) = (position, null);

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

        if (IsOver(first))
        {
            // Announced together with those that follow.
            (_expiredAfter, Sent) = (_expiredAfter ?? Sent, first.Position);
            return new ValueTask<int>(old + 1);
        }

        if (HasExpired)
            return TellThenAsync(old, cancellationToken);
        var count = window.Take(LeavingTogether(entries, lost));
        return count == 0 ? new ValueTask<int>(NoRoom) : WriteAsync(entries[..count], old + count, cancellationToken);
    }

    /// <summary>
    /// Announces that the entries after the sent position, up to and including <paramref name="through"/>, will not be delivered.
    /// </summary>
    public async ValueTask AnnounceGapAsync(WsmqPosition through, string reason, CancellationToken cancellationToken)
    {
        await AnnounceExpiredAsync(cancellationToken);
        await WriteGapAsync(Sent, through, reason, cancellationToken);
        Sent = through;
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
            if (entry.Defect is not null || IsOver(entry))
                continue;
            if (open.Count > 0 && bytes + entry.Frame.Length > MaxBytes)
            {
                await receiver.Connection.StateAsync(feed.SourceJson, CollectionsMarshal.AsSpan(open), null, cancellationToken);
                open.Clear();
                bytes = 0;
            }

            open.Add(entry);
            bytes += entry.Frame.Length;
        }

        if (open.Count > 0 || isLast)
            await receiver.Connection.StateAsync(feed.SourceJson, CollectionsMarshal.AsSpan(open), isLast ? Sent : null, cancellationToken);
        foreach (var entry in entries.Span)
        {
            if (entry is { Defect: null, IsTracked: true } && !IsOver(entry))
                Mark(entry.Position);
        }
    }

    public ValueTask TellStalledAsync(CancellationToken cancellationToken)
    {
        Log.Stalled(services.Logger, receiver.Connection.Id, feed.Source.ToString(), services.Options.Delivery.StallAfter);
        return receiver.Connection.StalledAsync(feed.Source, _expiredAfter ?? Sent, cancellationToken);
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
            if (entry.Position <= last || MissingBefore(entry, last, lost) is not null || entry.Defect is not null || IsOver(entry))
                break;
            bytes += entry.Frame.Length;
            if (bytes > MaxBytes)
                break;
        }

        return entries[..count];
    }

    private bool IsOver(FeedEntry entry) => entry.Ends is { } end && end <= services.StoreNow;

    private async ValueTask WriteGapAsync(WsmqPosition after, WsmqPosition through, string reason, CancellationToken cancellationToken)
    {
        var before = through.Next();
        Log.GapAnnounced(services.Logger, feed.Source.ToString(), receiver.Connection.Id, after.ToString(), before.ToString(), reason);
        services.Metrics.Gap(reason);
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

    private ValueTask<int> WriteAsync(ReadOnlySpan<FeedEntry> entries, int done, CancellationToken cancellationToken)
    {
        var (count, through) = (entries.Length, entries[^1].Position);
        var tracked = TrackedOf(entries);
        var writing = receiver.Connection.ReceiveAsync(entries, feed.Shared, cancellationToken);
        if (!writing.IsCompletedSuccessfully || tracked is not null)
            return FinishAsync(writing, count, through, done, tracked);
        Wrote(count, through);
        return new ValueTask<int>(done);
    }

    private async ValueTask<int> FinishAsync(ValueTask writing, int count, WsmqPosition through, int done, List<WsmqPosition>? tracked)
    {
        await writing;
        tracked?.ForEach(Mark);
        Wrote(count, through);
        return done;
    }

    // Null for most writes. Before the write: then the entries may be gone.
    private static List<WsmqPosition>? TrackedOf(ReadOnlySpan<FeedEntry> entries)
    {
        List<WsmqPosition>? tracked = null;
        foreach (var entry in entries)
        {
            if (entry.IsTracked)
                (tracked ??= []).Add(entry.Position);
        }

        return tracked;
    }

    private void Mark(WsmqPosition position) =>
        services.Marks.Add(feed.Source, position, feed.Source.Kind == WsmqAddressKind.User ? receiver.Device : receiver.User);

    private void Wrote(int count, WsmqPosition through)
    {
        services.Metrics.Delivered(count);
        (Sent, Together) = (through, Together + ((count - Together) / 4));
    }
}
