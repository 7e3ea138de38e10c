using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Wsmq.Server.Stores.Redis.Connections;

/// <summary>
/// Metadata and body as one value, in the log and in signals: the length of each in four bytes, then both. One value costs Redis
/// less than two, and the scripts pass it on unchanged. For append.lua what a delay needs is before it, and before that what state and sequences need.
/// </summary>
internal static class RedisContent
{
    public const int Header = 8;

    public static int LengthOf(in AppendRequest item) =>
        RedisSequence.LengthOf(item) + RedisLogTerms.LengthOf(item) + RedisDelay.LengthOf(item) + Header + item.Metadata.Length + item.Body.Length;

    public static void Write(in AppendRequest item, Span<byte> to)
    {
        to = to[RedisSequence.Write(item, to)..];
        to = to[RedisLogTerms.Write(item, to)..];
        to = to[RedisDelay.Write(item, to)..];
        BinaryPrimitives.WriteInt32BigEndian(to, item.Metadata.Length);
        BinaryPrimitives.WriteInt32BigEndian(to[4..], item.Body.Length);
        item.Metadata.Span.CopyTo(to[Header..]);
        item.Body.Span.CopyTo(to[(Header + item.Metadata.Length)..]);
    }

    /// <summary>Reads a content at the start of a buffer; <paramref name="length"/> is its size. False if it is malformed.</summary>
    public static bool TryRead(
        ReadOnlyMemory<byte> from, out ReadOnlyMemory<byte> metadata, out ReadOnlyMemory<byte> body, out int length)
    {
        (metadata, body, length) = (default, default, 0);
        if (from.Length < Header)
            return false;
        var first = BinaryPrimitives.ReadInt32BigEndian(from.Span);
        var second = BinaryPrimitives.ReadInt32BigEndian(from.Span[4..]);
        if (first < 0 || second < 0 || (long)first + second > from.Length - Header)
            return false;
        length = Header + first + second;
        metadata = from.Slice(Header, first);
        body = from.Slice(Header + first, second);
        return true;
    }
}

/// <summary>
/// A message's sender, address and id, hashed to 16 bytes. The hash is cryptographic: a sender could otherwise choose an id that
/// collides with another sender's, whose message would then be dropped as a duplicate.
/// </summary>
internal static class RedisMessageId
{
    public const int Length = 16;

    public static void Write(in AppendRequest item, ReadOnlySpan<byte> address, Span<byte> to)
    {
        var size = address.Length + Encoding.UTF8.GetMaxByteCount(item.Sender.Length) + Encoding.UTF8.GetMaxByteCount(item.Id.Length) + 4;
        var rented = ArrayPool<byte>.Shared.Rent(size);
        var text = rented.AsSpan();

        // The address already begins with its length; the id is the rest, so the encoding is unambiguous.
        address.CopyTo(text);
        var at = address.Length + 4;
        var sender = Encoding.UTF8.GetBytes(item.Sender, text[at..]);
        BinaryPrimitives.WriteInt32BigEndian(text[address.Length..], sender);
        at += sender;
        at += Encoding.UTF8.GetBytes(item.Id, text[at..]);

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text[..at], hash);
        hash[..Length].CopyTo(to);
        ArrayPool<byte>.Shared.Return(rented);
    }
}
