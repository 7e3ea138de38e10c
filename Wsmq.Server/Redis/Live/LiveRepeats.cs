using System.Buffers.Binary;
using System.Text;

namespace Wsmq.Server.Redis.Live;

/// <summary>Which message of which node: no two have the same.</summary>
internal readonly record struct LiveOrigin(long Node, long Number)
{
    /// <summary>A node's id as a number: its eight characters.</summary>
    public static long NodeOf(string id)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        bytes.Clear();
        Encoding.ASCII.TryGetBytes(id, bytes, out _);
        return BinaryPrimitives.ReadInt64BigEndian(bytes);
    }
}

/// <summary>
/// Finds messages that come a second time. The driver may for a while be subscribed to a channel at two servers, after the shards of
/// a Cluster have changed their roles, and both hand the message on.
/// </summary>
internal sealed class LiveRepeats
{
    // The second one comes within moments. 8 KiB a node.
    private const int Remembered = 1_024;

    // Nodes that have stopped are still among them; numbers out of thin air must not fill the memory.
    private const int MostNodes = 256;

    private readonly Lock _lock = new();
    private readonly Dictionary<long, long[]> _numbers = [];

    /// <summary>True where the message came before; remembers it otherwise.</summary>
    public bool IsRepeat(LiveOrigin origin)
    {
        lock (_lock)
        {
            if (!_numbers.TryGetValue(origin.Node, out var numbers))
            {
                if (_numbers.Count == MostNodes)
                    _numbers.Clear();
                _numbers[origin.Node] = numbers = new long[Remembered];
            }

            ref var place = ref numbers[(ulong)origin.Number % Remembered];
            if (place == origin.Number)
                return true;
            place = origin.Number;
            return false;
        }
    }
}
