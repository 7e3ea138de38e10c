using Wsmq.Server.Framing;
using Wsmq.Server.Stores;

namespace Wsmq.Server.DeadLetters;

/// <summary>Searches the dead letters of all users, in steps of the store.</summary>
internal sealed class DeadLetterSearch(IStore store)
{
    private const int MostInAStep = 1_000;
    private const int MostScanned = 5_000;
    private const int MostSteps = 16;
    private const long MicrosInAMillisecond = 1_000;

    /// <summary>
    /// The next whole millisecond by the clock of the store, once it has come: everything that was dead-lettered before it can be found.
    /// </summary>
    public async Task<DateTimeOffset> NowAsync(CancellationToken cancellationToken)
    {
        var until = await ClockAsync(cancellationToken) / MicrosInAMillisecond + 1;
        while (await ClockAsync(cancellationToken) < until * MicrosInAMillisecond)
            await Task.Yield();
        return DateTimeOffset.FromUnixTimeMilliseconds(until);
    }

    /// <summary>A page as it is shown.</summary>
    public async Task<WsmqPage<WsmqFoundDeadLetter>> PageAsync(
        WsmqDeadLetterQuery query, string? next, int max, CancellationToken cancellationToken)
    {
        var page = await FindAsync(query, null, next, max, EntryHeader.PreviewBytes, cancellationToken);
        return new WsmqPage<WsmqFoundDeadLetter> { Items = [.. page.Items.Select(Show)], Next = page.Next, Scanned = page.Scanned };
    }

    public async Task<long> CountAsync(WsmqDeadLetterQuery query, DateTimeOffset until, CancellationToken cancellationToken)
    {
        var (count, next) = (0L, (string?)null);
        do
        {
            var page = await FindAsync(query, until, next, MostInAStep, null, cancellationToken);
            count += page.Items.Count;
            next = page.Next;
        }
        while (next is not null);
        return count;
    }

    /// <summary>A page of what matches.</summary>
    /// <param name="query">What is meant.</param>
    /// <param name="until">Only what was dead-lettered before this time.</param>
    /// <param name="next">Where the page begins.</param>
    /// <param name="max">At most so many.</param>
    /// <param name="bodyBytes">How much of each body is read; null to read no entries.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    public async Task<StorePage<DeadLetterHead>> FindAsync(
        WsmqDeadLetterQuery query, DateTimeOffset? until, string? next, int max, int? bodyBytes, CancellationToken cancellationToken)
    {
        var scan = ScanOf(query, until, bodyBytes);
        var type = query.Type is null ? null : TextPattern.Of(query.Type);
        var reason = query.Reason is null ? null : TextPattern.Of(query.Reason);
        var (found, scanned) = (new List<DeadLetterHead>(), 0L);
        for (var steps = 0; steps < MostSteps && found.Count < max && scanned < MostScanned; steps++)
        {
            var page = await store.DeadLetters.ScanAsync(scan, next, max - found.Count, cancellationToken);
            found.AddRange(page.Items.Where(l => reason?.Matches(l.Letter.Reason) != false
                && (type is null || type.Matches(EntryHeader.Of(l.Entry!.Metadata).Type))));
            scanned += page.Scanned;
            next = page.Next;
            if (next is null)
                break;
        }

        return new StorePage<DeadLetterHead>(found, next, scanned);
    }

    private static DeadLetterScan ScanOf(WsmqDeadLetterQuery query, DateTimeOffset? until, int? bodyBytes)
    {
        var to = query.To is { } last ? (last.ToUnixTimeMilliseconds() + 1) * MicrosInAMillisecond - 1 : WsmqPosition.MaxValue;
        var before = until is { } end ? end.ToUnixTimeMilliseconds() * MicrosInAMillisecond - 1 : WsmqPosition.MaxValue;
        return new DeadLetterScan(
            query.User, query.Source, Bounded(query.From?.ToUnixTimeMilliseconds() * MicrosInAMillisecond ?? 0),
            Bounded(Math.Min(to, before)), bodyBytes is not null || query.Type is not null, bodyBytes ?? 0);
    }

    private static long Bounded(long micros) => Math.Clamp(micros, 0, WsmqPosition.MaxValue);

    private static WsmqFoundDeadLetter Show(DeadLetterHead found)
    {
        var header = EntryHeader.Of(found.Entry!.Metadata);
        return new WsmqFoundDeadLetter
        {
            User = found.User,
            DeadLetter = WsmqDeadLetters.Show(found.Letter),
            Type = header.Type,
            Size = found.Entry.BodyBytes,
            Preview = found.Entry.Defect is null ? header.PreviewOf(found.Entry.BodyStart) : null,
        };
    }

    // No run has this id: only the clock is read.
    private async Task<long> ClockAsync(CancellationToken cancellationToken) =>
        (await store.Runs.ReadAsync(string.Empty, cancellationToken)).Now;
}
