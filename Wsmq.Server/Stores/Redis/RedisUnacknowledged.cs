using System.Globalization;
using System.Text;
using StackExchange.Redis;
using Wsmq.Server.Stores.Redis.Connections;

namespace Wsmq.Server.Stores.Redis;

/// <summary>Addresses that are noted, in keys of their lane, see unacknowledged_note.lua.</summary>
internal sealed class RedisUnacknowledged(RedisConnections connections, RedisKeys keys, RedisLanes lanes) : IUnacknowledgedStore
{
    public async Task<TakenAddresses> TakeAsync(int lane, TimeSpan lease, int max, CancellationToken cancellationToken)
    {
        // Work queues have lanes of their own.
        if (lane >= lanes.Count)
            return new TakenAddresses([], null);
        var own = lanes[lane].Keys;
        var reply = (RedisValue[])(await connections.EvaluateAsync(
            RedisScript.UnacknowledgedTake, [own.Unacknowledged, own.UnacknowledgedFrom], [lease.Micros(), max], cancellationToken))!;
        var (taken, foreign) = (new List<TakenAddress>(), new List<RedisValue>());
        foreach (var pair in reply.Skip(2).Chunk(2))
        {
            if (AddressOf((byte[])pair[0]!, lane) is { } address)
                taken.Add(Taken(address, (string)pair[1]!, (long)reply[0]));
            else
                foreign.Add(pair[0]);
        }

        if (foreign.Count > 0)
            await ForgetAsync(own, [.. foreign], cancellationToken);
        return new TakenAddresses(taken, reply[1].IsNullOrEmpty ? null : TimeSpan.FromMicroseconds((long)reply[1]));
    }

    public async Task<AddressReach?[]> ReachesAsync(IReadOnlyList<WsmqAddress> addresses, CancellationToken cancellationToken)
    {
        if (addresses.Count == 0)
            return [];
        var own = lanes.Of(addresses[0]).Keys;
        var reply = (RedisValue[])(await connections.EvaluateAsync(
            RedisScript.UnacknowledgedReach, [own.Active, own.Spare, .. addresses.Select(keys.Meta)],
            [.. addresses.Select(a => (RedisValue)keys.Of(a).Name)], cancellationToken))!;
        return [.. reply.Chunk(2).Select(pair => ReachOf((byte[])pair[0]!, (byte[])pair[1]!))];
    }

    public async Task<TakenAddress?> BeginAsync(TakenAddress address, TimeSpan lease, CancellationToken cancellationToken)
    {
        var own = lanes.Of(address.Address).Keys;
        var reply = (RedisValue[])(await connections.EvaluateAsync(
            RedisScript.UnacknowledgedBegin, [own.Unacknowledged, own.UnacknowledgedFrom],
            [keys.Of(address.Address).Name, Digits(address.Token), lease.Micros()], cancellationToken))!;
        return reply.Length == 0 ? null : Taken(address.Address, (string)reply[1]!, (long)reply[0]);
    }

    public async Task SettleAsync(IReadOnlyList<SettledAddress> addresses, CancellationToken cancellationToken)
    {
        if (addresses.Count == 0)
            return;
        var own = lanes.Of(addresses[0].Taken.Address).Keys;
        await connections.EvaluateAsync(
            RedisScript.UnacknowledgedSettle,
            [own.Unacknowledged, own.UnacknowledgedFrom, own.Active, own.Spare, .. addresses.Select(a => keys.Meta(a.Taken.Address))],
            [.. addresses.SelectMany(ValuesOf)], cancellationToken);
    }

    private RedisValue[] ValuesOf(SettledAddress settled) =>
    [
        keys.Of(settled.Taken.Address).Name, Digits(settled.Taken.Token),
        string.Create(CultureInfo.InvariantCulture, $"{settled.From}{settled.Attempts}"), Digits(settled.Due), settled.Tail?.ToString() ?? string.Empty,
    ];

    private Task ForgetAsync(LaneKeys own, RedisValue[] names, CancellationToken cancellationToken) => RedisErrors.GuardAsync(
        async () =>
        {
            await connections.Database.SortedSetRemoveAsync(own.Unacknowledged, names);
            return await connections.Database.HashDeleteAsync(own.UnacknowledgedFrom, names);
        },
        cancellationToken);

    // Null if another program has written the name.
    private WsmqAddress? AddressOf(byte[] name, int lane) =>
        name.Length > sizeof(ushort) && WsmqAddress.TryParse(Encoding.UTF8.GetString(name.AsSpan(sizeof(ushort))), out var address, out _)
        && address.Kind == WsmqAddressKind.User && lanes.NumberOf(address) == lane && keys.Of(address).Name.AsSpan().SequenceEqual(name)
            ? address
            : null;

    // What is corrupt counts as nothing told yet: the hook is rather told twice.
    private static TakenAddress Taken(WsmqAddress address, string value, long token)
    {
        var isPosition = value.Length >= WsmqPosition.Length;
        return new TakenAddress(
            address, isPosition && WsmqPosition.TryParse(value[..WsmqPosition.Length], out var from) ? from : WsmqPosition.Start,
            isPosition && int.TryParse(value.AsSpan(WsmqPosition.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var attempts) ? attempts : 0, token);
    }

    private static AddressReach? ReachOf(ReadOnlySpan<byte> acknowledged, ReadOnlySpan<byte> tail) =>
        RedisReplies.TryPosition(acknowledged, out var reached) && RedisReplies.TryPosition(tail, out var last) ? new AddressReach(reached, last) : null;

    private static string Digits(long number) => number.ToString("D16", CultureInfo.InvariantCulture);
}
