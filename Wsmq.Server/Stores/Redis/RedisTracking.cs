using System.Globalization;
using StackExchange.Redis;
using Wsmq.Server.Stores.Redis.Connections;

namespace Wsmq.Server.Stores.Redis;

/// <summary>Records of tracked messages, beside the logs that they are of, see tracking.lua.</summary>
internal sealed class RedisTracking(RedisConnections connections, RedisKeys keys, RedisLanes lanes) : ITrackingStore
{
    // The value of a reader: three times, and how it ended.
    private const int EndAt = 3 * WsmqPosition.Length;

    public event Action<IReadOnlyList<TrackedChange>>? Changed;

    public async Task<UnstoredMarks?> DeliveredAsync(IReadOnlyList<TrackedDelivery> batch, CancellationToken cancellationToken)
    {
        var parts = batch.GroupBy(d => lanes.NumberOf(d.Source)).SelectMany(lane => lane.Chunk(ITrackingStore.MostAtOnce));
        var unstored = (await Task.WhenAll(parts.Select(part => MarkAsync(part, cancellationToken)))).OfType<UnstoredMarks>().ToArray();
        return unstored.Length == 0 ? null : new UnstoredMarks([.. unstored.SelectMany(u => u.Marks)], unstored[0].Cause);
    }

    public async Task<TrackedEntry?> ReadAsync(
        WsmqAddress to, WsmqPosition position, string? sender, string? watcher, CancellationToken cancellationToken) =>
        (await ReadAsync(to, "P", sender, position.ToString(), watcher, MostOf(to), null, cancellationToken)).FirstOrDefault();

    public async Task<TrackedEntry?> FindAsync(WsmqAddress to, string id, string sender, string? watcher, CancellationToken cancellationToken) =>
        (await ReadAsync(to, "I", sender, id, watcher, MostOf(to), null, cancellationToken)).FirstOrDefault();

    public async Task<IReadOnlyList<TrackedEntry>> ListAsync(
        WsmqAddress to, string sender, WsmqPosition after, CancellationToken cancellationToken) =>
        await ReadAsync(to, "L", sender, after.ToString(), null, MostOf(to), null, cancellationToken);

    public async Task<IReadOnlyList<TrackedReader>?> ReadersAsync(
        WsmqAddress to, WsmqPosition position, string? sender, string? after, CancellationToken cancellationToken) =>
        (await ReadAsync(to, "P", sender, position.ToString(), null, ITrackingStore.MostReaders, after, cancellationToken))
            .FirstOrDefault()?.Readers;

    /// <summary>Raises <see cref="Changed"/> with the changes of a reply, if there are any.</summary>
    /// <param name="changes">The changes, as tracking.lua makes them.</param>
    /// <param name="source">The log of an item, by its index.</param>
    public void Tell(RedisResult[] changes, Func<int, WsmqAddress> source)
    {
        if (changes.Length == 0 || Changed is not { } handler)
            return;
        handler(Array.ConvertAll(changes, change =>
        {
            var parts = (RedisResult[])change!;
            var entry = EntryOf(source((int)parts[0] - 1), [parts[1], .. parts[3..11]]);
            return new TrackedChange((string)parts[2]!, entry with { Readers = ReadersOf(parts.AsSpan(11)) });
        }));
    }

    // All of one lane.
    private async Task<UnstoredMarks?> MarkAsync(TrackedDelivery[] part, CancellationToken cancellationToken)
    {
        try
        {
            var reply = await connections.EvaluateAsync(
                RedisScript.TrackDelivered, [.. part.Select(d => keys.Meta(d.Source)), SpareOf(part[0].Source)],
                [.. part.SelectMany(d => new RedisValue[] { d.Position.ToString(), d.Reader, TextOf(d.At), d.IsSkipped ? "S" : "d", d.Device })],
                cancellationToken);
            Tell((RedisResult[])reply!, number => part[number].Source);
            return null;
        }
        catch (WsmqException e)
        {
            return new UnstoredMarks(part, e);
        }
    }

    private RedisKey SpareOf(WsmqAddress source) => lanes.Of(source).Keys.Spare;

    private static int MostOf(WsmqAddress to) => to.Kind == WsmqAddressKind.User ? ITrackingStore.MostReaders : 0;

    private async Task<TrackedEntry[]> ReadAsync(
        WsmqAddress to, string by, string? sender, string sought, string? watcher, int most, string? after, CancellationToken cancellationToken)
    {
        RedisValue[] values = [by, sender ?? "", sought, watcher ?? "", most, after ?? "", ITrackingStore.MostListed];
        var reply = await connections.EvaluateAsync(RedisScript.TrackRead, [.. keys.Of(to).Pair, SpareOf(to)], values, cancellationToken);
        return Array.ConvertAll((RedisResult[])reply!, record =>
        {
            var parts = (RedisResult[])record!;
            return EntryOf(to, parts.AsSpan(0, 9)) with { IsStored = (int)parts[9] > 0, Readers = ReadersOf((RedisResult[])parts[10]!) };
        });
    }

    // Position, sender, id, end, and the counts.
    private static TrackedEntry EntryOf(WsmqAddress to, ReadOnlySpan<RedisResult> parts) => new()
    {
        To = to,
        Position = new WsmqPosition(NumberOf((string)parts[0]!)),
        Sender = (string)parts[1]!,
        Id = (string)parts[2]!,
        Ends = (string)parts[3]! is { Length: > 0 } ends ? NumberOf(ends) : 0,
        Delivered = (int)parts[4],
        Acknowledged = (int)parts[5],
        Expired = (int)parts[6],
        DeadLettered = (int)parts[7],
        Lost = (int)parts[8],
    };

    private static TrackedReader[] ReadersOf(ReadOnlySpan<RedisResult> pairs)
    {
        var readers = new TrackedReader[pairs.Length / 2];
        for (var i = 0; i < readers.Length; i++)
            readers[i] = ReaderOf((string)pairs[2 * i]!, (string)pairs[(2 * i) + 1]!);
        return readers;
    }

    private static TrackedReader ReaderOf(string name, string value) => value.Length <= EndAt
        ? throw new WsmqException(WsmqErrors.StoreCorrupt)
        : new TrackedReader(
            name, NumberOf(value[..WsmqPosition.Length]), NumberOf(value[WsmqPosition.Length..(2 * WsmqPosition.Length)]),
            NumberOf(value[(2 * WsmqPosition.Length)..EndAt]),
            EndOf(value[EndAt]));

    private static TrackedEnd EndOf(char how) => how switch
    {
        'E' => TrackedEnd.Expired,
        'D' => TrackedEnd.DeadLettered,
        'L' => TrackedEnd.Lost,
        'S' => TrackedEnd.Skipped,
        _ => TrackedEnd.None,
    };

    private static string TextOf(long time) => new WsmqPosition(time).ToString();

    private static long NumberOf(string digits) =>
        long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new WsmqException(WsmqErrors.StoreCorrupt);
}
