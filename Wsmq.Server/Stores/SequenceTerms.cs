using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Wsmq.Server.Stores;

/// <summary>The place of an entry among those of one producer to one address. Part of <see cref="LogTerms"/>.</summary>
internal sealed record SequenceTerms
{
    /// <summary>The length of <see cref="Key"/> and <see cref="Sender"/> in bytes.</summary>
    public const int KeyLength = 16;

    /// <summary>The length of <see cref="Mark"/>.</summary>
    public const int MarkLength = 16;

    // Hashed cryptographically: a user could otherwise choose names that collide with those of another one.
    private SequenceTerms(string sender, string producer, WsmqAddress to, string id)
    {
        Key = HashOf(sender, producer, to.ToString());
        Sender = HashOf(sender);
        Mark = Convert.ToHexStringLower(HashOf(id)[..(MarkLength / 2)]);
    }

    /// <summary>Which sequence it is: sender, producer and address.</summary>
    public ReadOnlyMemory<byte> Key { get; }

    /// <summary>Whose sequences are counted.</summary>
    public ReadOnlyMemory<byte> Sender { get; }

    /// <summary>Which message it is: two that differ may have the same number if two programs have the name of the producer.</summary>
    public string Mark { get; }

    public required long Epoch { get; init; }

    public required long Number { get; init; }

    /// <summary>How long the sequence is remembered after its last message.</summary>
    public required TimeSpan Kept { get; init; }

    /// <summary>The most sequences that the sender may have with this one.</summary>
    public int MaxSequences { get; init; } = int.MaxValue;

    /// <summary>The number of the error with which the node has refused the message: it is not appended and uses its number up. 0 if it has not.</summary>
    public int Refusal { get; init; }

    /// <param name="sender">The scope of the producer: a user, or the app.</param>
    /// <param name="sequence">What the sender has said.</param>
    /// <param name="to">The address.</param>
    /// <param name="id">The id of the message.</param>
    /// <param name="kept">How long the sequence is remembered.</param>
    public static SequenceTerms Of(string sender, WsmqSequence sequence, WsmqAddress to, string id, TimeSpan kept) =>
        new(sender, sequence.Producer, to, id) { Epoch = sequence.Epoch, Number = sequence.Number, Kept = kept };

    private static byte[] HashOf(params ReadOnlySpan<string> parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[sizeof(int)];
        foreach (var part in parts)
        {
            var text = Encoding.UTF8.GetBytes(part);
            BinaryPrimitives.WriteInt32BigEndian(length, text.Length);
            hash.AppendData(length);
            hash.AppendData(text);
        }

        return hash.GetHashAndReset()[..KeyLength];
    }
}
