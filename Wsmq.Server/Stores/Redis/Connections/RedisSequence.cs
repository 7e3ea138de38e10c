using System.Globalization;
using System.Text.Unicode;

namespace Wsmq.Server.Stores.Redis.Connections;

/// <summary>
/// What append.lua and job_append.lua get before the content of a message that has a place in a sequence, and what they return of it; see
/// sequences.lua.
/// </summary>
internal static class RedisSequence
{
    private const int Length = (2 * SequenceTerms.KeyLength) + 10 + 16 + 16 + 12 + 4 + SequenceTerms.MarkLength;

    public static int LengthOf(in AppendRequest item) => item.Log?.Sequence is null ? 0 : Length;

    /// <summary>Writes it, and returns its length.</summary>
    public static int Write(in AppendRequest item, Span<byte> to)
    {
        if (item.Log?.Sequence is not { } terms)
            return 0;
        terms.Key.Span.CopyTo(to);
        terms.Sender.Span.CopyTo(to[SequenceTerms.KeyLength..]);
        Utf8.TryWrite(
            to[(2 * SequenceTerms.KeyLength)..], CultureInfo.InvariantCulture,
            $"{terms.MaxSequences:D10}{terms.Kept.Micros():D16}{terms.Epoch:D16}{terms.Number:D12}{terms.Refusal:D4}{terms.Mark}", out _);
        return Length;
    }

    /// <summary>Why a message was not stored because of its place; null if that is not the reason.</summary>
    public static AppendResult? RefusalOf(ReadOnlySpan<byte> result) => result[0] switch
    {
        (byte)'S' => AppendResult.TooLow,
        (byte)'E' => AppendResult.Fenced,
        (byte)'H' => AppendResult.NumberTaken,
        (byte)'M' => AppendResult.TooManySequences,
        (byte)'G' when RedisReplies.TryPosition(result[1..], out var last) => AppendResult.Skipped(last.Value),
        (byte)'Q' when RedisReplies.TryPosition(result[1..], out var error) => AppendResult.UsedUp((int)error.Value),
        _ => null,
    };
}
