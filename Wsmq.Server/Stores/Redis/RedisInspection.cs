using System.Globalization;
using System.Text;
using StackExchange.Redis;
using Wsmq.Server.Stores.Redis.Connections;

namespace Wsmq.Server.Stores.Redis;

/// <summary>What operators see of the logs. Each call holds a server for a few milliseconds at a time.</summary>
internal sealed class RedisInspection(RedisConnections connections, RedisKeys keys, RedisLanes lanes, WsmqOptions options) : ILogInspection
{
    private const int MostBytes = 1024 * 1024;
    private const int MostNewest = 1_000;
    private const int PositionsOnly = -1;

    private readonly RedisKeyScan _scan = new(connections, keys);

    public async Task<StorePage<AddressFigures>> AddressesAsync(
        AddressFilter filter, string? next, int max, CancellationToken cancellationToken)
    {
        var page = await _scan.StepAsync(keys.MetaPattern(filter.Kind, filter.Name), next, max, cancellationToken);
        var addresses = page.Items.Select(key => RedisKeys.TryAddressOf(key, out var address) ? address : (WsmqAddress?)null)
            .OfType<WsmqAddress>().Where(a => filter.Name?.Matches(a.Name) != false).Distinct();
        var figures = await Task.WhenAll(addresses.Select(a => ReadableAsync(a, cancellationToken)));
        return new StorePage<AddressFigures>([.. figures.OfType<AddressFigures>()], page.Next, page.Scanned);
    }

    public Task<AddressFigures?> FindAsync(WsmqAddress address, CancellationToken cancellationToken) =>
        FiguresAsync(address, withRemoved: true, cancellationToken);

    public Task<StorePage<LogReaderState>> ReadersAsync(WsmqAddress source, string? next, int max, CancellationToken cancellationToken) =>
        source.Kind == WsmqAddressKind.Group ? MembersAsync(source, next, max, cancellationToken) : DevicesAsync(source, cancellationToken);

    public async Task<NewestEntries> NewestAsync(WsmqAddress source, CancellationToken cancellationToken)
    {
        var range = new HeadRange(WsmqPosition.Start, new WsmqPosition(WsmqPosition.MaxValue), Newest: true, MostNewest, PositionsOnly);
        var page = await HeadsAsync(source, range, cancellationToken);
        return new NewestEntries([.. page.Entries.Select(e => e.Position)], !page.More);
    }

    public async Task<HeadPage> HeadsAsync(WsmqAddress source, HeadRange range, CancellationToken cancellationToken)
    {
        RedisValue[] values =
        [
            range.After.ToString(), range.Before.ToString(), range.Newest, range.Max, Math.Min(range.MostBytes, MostBytes), range.BodyBytes,
            keys.Of(source).Name,
            .. options.Retention.For(source.Kind).Values(),
        ];
        RedisKey[] scriptKeys = [.. keys.Of(source).Pair, .. lanes.ActiveKeysOf(source)];
        var reply = (RedisResult[])(await connections.EvaluateAsync(RedisScript.Heads, scriptKeys, values, cancellationToken))!;
        var state = RedisReplies.State([reply[0], reply[1], reply[2], RedisResult.Create(0)]) ?? throw new WsmqException(WsmqErrors.StoreCorrupt);
        return new HeadPage([.. ((RedisResult[])reply[4]!).Chunk(4).Select(e => HeadOf(e, range.BodyBytes))], state, (bool)reply[3]);
    }

    // Corrupt keys of one address must not hide the others: it is listed without figures.
    private async Task<AddressFigures?> ReadableAsync(WsmqAddress address, CancellationToken cancellationToken)
    {
        try
        {
            return await FiguresAsync(address, withRemoved: false, cancellationToken);
        }
        catch (WsmqException e) when (e.Error == WsmqErrors.StoreCorrupt)
        {
            return new AddressFigures(address, 0, 0, WsmqPosition.Start, WsmqPosition.Start);
        }
    }

    private async Task<AddressFigures?> FiguresAsync(WsmqAddress address, bool withRemoved, CancellationToken cancellationToken)
    {
        var log = keys.Of(address);
        var isWork = address.Kind == WsmqAddressKind.Work;
        RedisKey[] scriptKeys = [isWork ? log.Queue[1] : log.Log, log.Meta, .. lanes.ActiveKeysOf(address)];
        RedisValue[] values = [isWork, withRemoved, log.Name, .. options.Retention.For(address.Kind).Values()];
        var reply = await connections.EvaluateAsync(RedisScript.Figures, scriptKeys, values, cancellationToken);
        if (reply.IsNull)
            return null;
        var parts = (RedisResult[])reply!;
        return new AddressFigures(
            address, (long)parts[2], (long)parts[3], RedisReplies.Position(parts[0]), RedisReplies.Position(parts[1]));
    }

    private async Task<StorePage<LogReaderState>> DevicesAsync(WsmqAddress source, CancellationToken cancellationToken)
    {
        var meta = await connections.AskAsync((database, primary) => database.HashGetAllAsync(keys.Meta(source), primary), cancellationToken);
        var devices = meta.Where(field => ((string)field.Name!).StartsWith('@'))
            .Select(field => RedisReplies.Reader(source.Name, ((string)field.Name!)[1..], (string)field.Value!, isOwn: true))
            .OrderBy(reader => reader.Device, StringComparer.Ordinal).ToList();
        return new StorePage<LogReaderState>(devices, null, devices.Count);
    }

    private async Task<StorePage<LogReaderState>> MembersAsync(WsmqAddress group, string? next, int max, CancellationToken cancellationToken)
    {
        if (next is not null && !ulong.TryParse(next, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            throw new WsmqException(WsmqErrors.InvalidMessage, "next is not what the last page has returned");
        var log = keys.Of(group);
        var reply = (RedisResult[])(await connections.EvaluateAsync(
            RedisScript.Members, [log.Members], [next ?? "0", max], cancellationToken))!;
        var members = ((string[])reply[1]!).Chunk(2).ToArray();
        var readers = await Task.WhenAll(members.Select(member => ReadersOfAsync(log, member[0], member[1], cancellationToken)));
        var after = (string)reply[0]!;
        return new StorePage<LogReaderState>([.. readers.SelectMany(r => r)], after == "0" ? null : after, members.Length);
    }

    private async Task<LogReaderState[]> ReadersOfAsync(LogKeys group, string user, string joined, CancellationToken cancellationToken)
    {
        var cursors = await connections.AskAsync(
            (database, primary) => database.HashGetAllAsync(group.CursorsOf(user), primary), cancellationToken);
        return cursors.Length == 0
            ? [RedisReplies.Reader(user, null, joined, isOwn: false)]
            : [.. cursors.Select(field => RedisReplies.Reader(user, (string)field.Name!, (string)field.Value!, isOwn: false))
                .OrderBy(reader => reader.Device, StringComparer.Ordinal)];
    }

    private static EntryHead HeadOf(RedisResult[] parts, int bodyBytes)
    {
        var id = Encoding.UTF8.GetString((byte[])parts[0]!).Split('-');
        var isPosition = long.TryParse(id[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= WsmqPosition.MaxValue;
        var position = new WsmqPosition(isPosition ? number : 0);
        if (bodyBytes < 0)
            return new EntryHead(position, default, default, 0);
        if (RedisReplies.Head(position, (long)parts[1], (byte[])parts[2]!) is not { } head || id[^1] != "0")
            return new EntryHead(position, default, default, 0) { Defect = "it has unexpected fields or lengths" };
        return RedisReplies.TryPosition((byte[])parts[3]!, out var previous) && previous < position
            ? head with { Previous = previous }
            : head with { Defect = EntryHead.InvalidPrevious };
    }
}
