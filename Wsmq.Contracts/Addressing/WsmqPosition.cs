using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json.Serialization;

namespace Wsmq;

/// <summary>
/// The position of an entry in its log. On the wire it is a string of 16 digits, so that positions of one log compare as strings. It is
/// opaque: store and compare it, but do not calculate with it or read a time from it. A log never issues a position twice.
/// In JSON it is the string of 16 digits.
/// </summary>
[JsonConverter(typeof(WsmqPositionConverter))]
public readonly struct WsmqPosition : IEquatable<WsmqPosition>, IComparable<WsmqPosition>
{
    /// <summary>The length of a position on the wire: 16 digits.</summary>
    public const int Length = 16;

    /// <summary>The highest value: up to it, numbers in Lua and JavaScript represent integers exactly.</summary>
    internal const long MaxValue = (1L << 53) - 1;

    internal WsmqPosition(long value) => Value = value;

    /// <summary>The position before every entry, <c>0000000000000000</c>: resume after it to read from the oldest stored entry.</summary>
    public static WsmqPosition Start => default;

    internal long Value { get; }

    /// <summary>Parses a position, exactly 16 ASCII digits, without throwing; returns whether the text is a position.</summary>
    /// <param name="text">The text, for example a delivery's <c>position</c>.</param>
    /// <param name="position">The position, if the result is true.</param>
    public static bool TryParse(string? text, out WsmqPosition position)
    {
        position = default;
        if (text is not { Length: Length } || text.AsSpan().ContainsAnyExceptInRange('0', '9'))
            return false;
        var value = long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
        if (value > MaxValue)
            return false;
        position = new WsmqPosition(value);
        return true;
    }

    /// <summary>Parses a position: exactly 16 ASCII digits.</summary>
    /// <param name="text">The text, for example a delivery's <c>position</c>.</param>
    /// <exception cref="WsmqException"><c>invalid-position</c>: the text is not 16 ASCII digits.</exception>
    public static WsmqPosition Parse(string? text) =>
        TryParse(text, out var position) ? position : throw new WsmqException(WsmqErrors.InvalidPosition);

    /// <inheritdoc/>
    public int CompareTo(WsmqPosition other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public bool Equals(WsmqPosition other) => Value == other.Value;

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is WsmqPosition other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Value.GetHashCode();

    /// <summary>Returns the 16 digits.</summary>
    public override string ToString() => Value.ToString("D16", CultureInfo.InvariantCulture);

    /// <summary>Returns whether the positions are equal.</summary>
    public static bool operator ==(WsmqPosition left, WsmqPosition right) => left.Value == right.Value;

    /// <summary>Returns whether the positions differ.</summary>
    public static bool operator !=(WsmqPosition left, WsmqPosition right) => left.Value != right.Value;

    /// <summary>Returns whether the left position is before the right one in the log.</summary>
    public static bool operator <(WsmqPosition left, WsmqPosition right) => left.Value < right.Value;

    /// <summary>Returns whether the left position is after the right one in the log.</summary>
    public static bool operator >(WsmqPosition left, WsmqPosition right) => left.Value > right.Value;

    /// <summary>Returns whether the left position is before the right one in the log, or equal.</summary>
    public static bool operator <=(WsmqPosition left, WsmqPosition right) => left.Value <= right.Value;

    /// <summary>Returns whether the left position is after the right one in the log, or equal.</summary>
    public static bool operator >=(WsmqPosition left, WsmqPosition right) => left.Value >= right.Value;

    /// <summary>The later of two positions.</summary>
    internal static WsmqPosition Max(WsmqPosition left, WsmqPosition right) => left >= right ? left : right;

    /// <summary>The lowest position after this one.</summary>
    internal WsmqPosition Next() => new(Value + 1);
}
