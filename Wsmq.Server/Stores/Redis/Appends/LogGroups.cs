using System.Buffers.Binary;
using Wsmq.Server.Stores.Redis.Connections;

namespace Wsmq.Server.Stores.Redis.Appends;

/// <summary>
/// The items of a batch grouped by address, in order within each: a script reads and writes the state of a log or queue once.
/// </summary>
internal sealed class LogGroups
{
    /// <summary>The bytes of the number of items of a group.</summary>
    public const int CountBytes = 2;

    private readonly List<(LogKeys Keys, List<int> Items)> _logs = [];

    public LogGroups(IReadOnlyList<AppendRequest> batch, RedisKeys keys)
    {
        var places = new Dictionary<WsmqAddress, List<int>>(batch.Count);
        for (var i = 0; i < batch.Count; i++)
        {
            if (!places.TryGetValue(batch[i].To, out var items))
            {
                places.Add(batch[i].To, items = []);
                _logs.Add((keys.Of(batch[i].To), items));
            }

            items.Add(i);
        }
    }

    public int Count => _logs.Count;

    public LogKeys Keys(int log) => _logs[log].Keys;

    public List<int> Items(int log) => _logs[log].Items;

    /// <summary>Takes the next part of a buffer.</summary>
    public static Memory<byte> Take(ref Memory<byte> buffer, int length)
    {
        var taken = buffer[..length];
        buffer = buffer[length..];
        return taken;
    }

    /// <summary>The number of items of each group.</summary>
    public Memory<byte> Counts(ref Memory<byte> buffer)
    {
        var counts = Take(ref buffer, CountBytes * Count);
        for (var j = 0; j < Count; j++)
            BinaryPrimitives.WriteUInt16BigEndian(counts.Span[(CountBytes * j)..], (ushort)Items(j).Count);
        return counts;
    }
}
