using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Wsmq.Server.Stores;

/// <summary>One stream of a sender that numbers its messages, so that a repeat is recognized without an id.</summary>
/// <param name="scope">The scope of the name: a user, or the app.</param>
/// <param name="name">The name of the producer in the scope. A producer outlives its streams, connections and nodes.</param>
/// <param name="epoch">
/// The number of the stream: a message of a stream with a lower one is refused once one with a higher one was processed.
/// </param>
/// <param name="window">How far below its highest number the store can tell what was stored.</param>
internal sealed class Producer(string scope, string name, long epoch, int window)
{
    /// <summary>The length of <see cref="Key"/> in bytes.</summary>
    public const int KeyLength = 16;

    public string Name => name;

    public long Epoch => epoch;

    public int Window => window;

    /// <summary>Scope and name, hashed: cryptographically, or a user could choose a name that collides with another user's.</summary>
    public UInt128 Key { get; } = KeyOf(scope, name);

    /// <summary>What a store expects of the producer, by lane.</summary>
    public ConcurrentDictionary<int, StateForecast> Forecasts { get; } = new(concurrencyLevel: 1, capacity: 1);

    public byte[] KeyBytes()
    {
        var bytes = new byte[KeyLength];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, Key);
        return bytes;
    }

    private static UInt128 KeyOf(string scope, string name)
    {
        var (first, second) = (Encoding.UTF8.GetBytes(scope), Encoding.UTF8.GetBytes(name));
        var length = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(length, first.Length);
        return BinaryPrimitives.ReadUInt128BigEndian(SHA256.HashData([.. length, .. first, .. second]));
    }
}

/// <summary>The number of a message among those of its producer, in all logs.</summary>
/// <param name="Producer">The producer.</param>
/// <param name="Value">The number, from 1 to <see cref="ProducerState.MostNumber"/>.</param>
internal readonly record struct MessageNumber(Producer Producer, long Value)
{
    /// <summary>The id that the message is delivered with.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Producer.Name}-{Value}");
}
