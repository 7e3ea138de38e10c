using System.Text.Json;
using Microsoft.Extensions.Options;
using Wsmq.Server.Framing;
using Wsmq.Server.History;
using Wsmq.Server.Lifecycle;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Logs;

internal sealed class WsmqLogs(IStore store, StartGate start, IOptions<WsmqOptions> options) : IWsmqLogs
{
    /// <summary>The largest page.</summary>
    public const int MostInAPage = 1_000;

    private const int CursorsInAPage = 500;

    // State is read with its bodies.
    private const int StateBytesInAPage = 1024 * 1024;
    private const int HistoryBytesInAPage = 1024 * 1024;

    public async Task<WsmqPage<WsmqAddressInfo>> SearchAsync(
        WsmqAddressQuery query, string? next = null, int max = 100, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        CheckMax(max);
        await start.WaitAsync(cancellationToken);
        var filter = new AddressFilter(query.Kind, query.Match is null ? null : TextPattern.OfSearch(query.Match));
        var page = await store.Inspection.AddressesAsync(filter, next, max, cancellationToken);
        return new WsmqPage<WsmqAddressInfo> { Items = [.. page.Items.Select(LogViews.Of)], Next = page.Next, Scanned = page.Scanned };
    }

    public async Task<WsmqLogInfo> FindAsync(WsmqAddress address, string? next = null, CancellationToken cancellationToken = default)
    {
        await start.WaitAsync(cancellationToken);
        var figures = await store.Inspection.FindAsync(address, cancellationToken) ?? new AddressFigures(address, 0, 0, default, default);
        var readers = address.Kind == WsmqAddressKind.Work
            ? new StorePage<LogReaderState>([], null, 0)
            : await store.Inspection.ReadersAsync(address, next, CursorsInAPage, cancellationToken);
        var newest = readers.Items.Any(r => r.Position > figures.Removed)
            ? await store.Inspection.NewestAsync(address, cancellationToken)
            : new NewestEntries([], AreAll: true);
        return new WsmqLogInfo
        {
            Address = address,
            Entries = figures.Entries,
            Bytes = figures.Bytes,
            Last = figures.Tail,
            Removed = figures.Removed,
            Cursors = [.. readers.Items.Select(r => LogViews.Of(r, figures, newest))],
            Next = readers.Next,
        };
    }

    public async Task<WsmqPosition> TailAsync(WsmqAddress address, CancellationToken cancellationToken = default)
    {
        RequireLog(address);
        await start.WaitAsync(cancellationToken);
        var states = await store.MessageLog.StatesAsync([address], cancellationToken);
        return states[0]?.Tail ?? throw new WsmqException(WsmqErrors.StoreCorrupt);
    }

    public async Task<WsmqPage<WsmqLogEntry>> ListAsync(
        WsmqAddress address, WsmqEntryQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        CheckMax(query.Max);
        RequireLog(address);
        await start.WaitAsync(cancellationToken);
        var conditions = new WsmqHistoryQuery
        {
            After = query.After, Before = query.Before, Newest = query.Newest, Max = query.Max,
            Id = query.Id, Sender = query.Sender, Type = query.Type, From = query.From, To = query.To,
        };
        var search = new EntrySearch(
            (range, stop) => store.Inspection.HeadsAsync(address, range, stop), conditions, query.WithPreview ? EntryHeader.PreviewBytes : 0);
        var page = await search.PageAsync(cancellationToken);
        return new WsmqPage<WsmqLogEntry>
        {
            Items = [.. page.Items.Select(e => LogViews.Of(e.Head, e.Header, query.WithPreview))],
            Next = page.Next?.ToString(),
            Scanned = page.Scanned,
        };
    }

    public async Task<WsmqHistoryPage> HistoryPageAsync(
        WsmqAddress address, WsmqHistoryQuery? query = null, CancellationToken cancellationToken = default)
    {
        if (query?.Max is { } max)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(max, 1, nameof(query));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(max, WsmqHistoryQuery.MostEntries, nameof(query));
        }

        RequireLog(address);
        await start.WaitAsync(cancellationToken);
        var search = new HistorySearch(store, options.Value, address, query ?? new()) { MostBytes = HistoryBytesInAPage };
        return (await search.PageAsync(cancellationToken)).ToRecord();
    }

    public IAsyncEnumerable<WsmqDelivery> HistoryAsync(WsmqAddress address, WsmqHistoryQuery? query = null) =>
        HistoryPages.EntriesAsync(query, (part, stop) => HistoryPageAsync(address, part, stop));

    public Task<WsmqPage<WsmqLogEntry>> StateAsync(
        WsmqAddress address, string? next = null, int max = 100, CancellationToken cancellationToken = default) =>
        StateAsync(address, next, max, withPreview: false, cancellationToken);

    /// <summary>The same, and whether the beginnings of bodies are returned.</summary>
    public async Task<WsmqPage<WsmqLogEntry>> StateAsync(
        WsmqAddress address, string? next, int max, bool withPreview, CancellationToken cancellationToken)
    {
        CheckMax(max);
        RequireLog(address);
        var after = next is null ? WsmqPosition.Start : WsmqPosition.Parse(next);
        await start.WaitAsync(cancellationToken);
        var page = await store.MessageLog.ReadStateAsync(
            address, after, new WsmqPosition(WsmqPosition.MaxValue), max, StateBytesInAPage, cancellationToken);
        return new WsmqPage<WsmqLogEntry>
        {
            Items = [.. page.Entries.Select(e => LogViews.Of(e, withPreview))],
            Next = page.IsLastOfState(max, StateBytesInAPage) ? null : page.Entries[^1].Position.ToString(),
            Scanned = page.Entries.Count,
        };
    }

    public Task<WsmqPage<WsmqDelayedMessage>> DelayedAsync(
        WsmqAddress address, string? next = null, int max = 100, CancellationToken cancellationToken = default) =>
        DelayedAsync(address, next, max, withPreview: false, cancellationToken);

    /// <summary>The same, and whether the beginnings of bodies are returned.</summary>
    public async Task<WsmqPage<WsmqDelayedMessage>> DelayedAsync(
        WsmqAddress address, string? next, int max, bool withPreview, CancellationToken cancellationToken)
    {
        CheckMax(max);
        RequireLog(address);
        await start.WaitAsync(cancellationToken);
        var page = await store.Delayed.ListAsync(address, next, max, withPreview ? EntryHeader.PreviewBytes : 0, cancellationToken);
        return new WsmqPage<WsmqDelayedMessage>
        {
            Items = [.. page.Items.Select(m => LogViews.Of(m, withPreview))], Next = page.Next, Scanned = page.Scanned,
        };
    }

    public async Task<bool> CancelDelayedAsync(WsmqAddress address, string key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        RequireLog(address);
        await start.WaitAsync(cancellationToken);
        return await store.Delayed.CancelAsync(address, key, cancellationToken);
    }

    public async Task<WsmqDelivery?> ReadAsync(WsmqAddress address, WsmqPosition position, CancellationToken cancellationToken = default)
    {
        if (await ReadFrameAsync(address, position, cancellationToken) is not { } delivery)
            return null;
        return JsonSerializer.Deserialize(delivery, WsmqJsonContext.Default.WsmqDelivery);
    }

    /// <summary>The same as the JSON of a delivery, in which the body is as it was sent.</summary>
    public async Task<byte[]?> ReadFrameAsync(WsmqAddress address, WsmqPosition position, CancellationToken cancellationToken)
    {
        RequireLog(address);
        await start.WaitAsync(cancellationToken);
        if (position == WsmqPosition.Start || await FindEntryAsync(address, position, cancellationToken) is not { } entry)
            return null;
        return StoredEntry.Check(entry, out var isBinary, out var defect)
            ? JsonFrames.DeliveryOf(JsonFrames.SourceOf(address), entry, isBinary)
            : throw new WsmqException(WsmqErrors.StoreCorrupt, defect);
    }

    public async Task<WsmqMessageLife> LifeAsync(
        WsmqAddress address, WsmqPosition position, CancellationToken cancellationToken = default)
    {
        RequireLog(address);
        await start.WaitAsync(cancellationToken);
        return await new MessageLives(store, address, position).ReadAsync(cancellationToken);
    }

    /// <exception cref="WsmqException"><c>invalid-address</c>.</exception>
    public static void RequireLog(WsmqAddress address)
    {
        if (address.Kind == WsmqAddressKind.Work)
            throw new WsmqException(WsmqErrors.InvalidAddress, "a work queue has jobs and no entries");
    }

    // State stays when its log is trimmed.
    private async Task<LogEntry?> FindEntryAsync(WsmqAddress address, WsmqPosition position, CancellationToken cancellationToken)
    {
        var page = await store.MessageLog.ReadAsync(address, new WsmqPosition(position.Value - 1), 1, 1, cancellationToken);
        return page.Entries is [{ IsGone: false } entry] && entry.Position == position ? entry : await FindStateAsync(store, address, position, cancellationToken);
    }

    /// <summary>The entry of the state at a position; null if there is none.</summary>
    public static async Task<LogEntry?> FindStateAsync(IStore store, WsmqAddress address, WsmqPosition position, CancellationToken cancellationToken)
    {
        var before = new WsmqPosition(Math.Max(0, position.Value - 1));
        var page = await store.MessageLog.ReadStateAsync(address, before, position, 1, 1, cancellationToken);
        return page.Entries is [var entry] ? entry : null;
    }

    private static void CheckMax(int max)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(max, MostInAPage);
    }
}
