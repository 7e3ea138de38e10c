using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Wsmq;

/// <summary>
/// The place of an entry in its log. On the wire it is a string of 16 digits, so that positions compare as strings;
/// clients keep and compare it, and read nothing else from it. A log never gives a position out twice.
/// </summary>
public readonly struct WsmqPosition : IEquatable<WsmqPosition>, IComparable<WsmqPosition>
{
    /// <summary>The length of a position's text.</summary>
    public const int Length = 16;

    /// <summary>Highest value: the integers that a Lua number, and a JavaScript one, hold exactly.</summary>
    internal const long MaxValue = (1L << 53) - 1;

    internal WsmqPosition(long value) => Value = value;

    /// <summary>Before every entry: <c>0000000000000000</c>.</summary>
    public static WsmqPosition Start => default;

    internal long Value { get; }

    /// <summary>Reads a position from its text: exactly 16 ASCII digits.</summary>
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

    /// <summary>Reads a position from its text.</summary>
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

    /// <summary>The 16 digits.</summary>
    public override string ToString() => Value.ToString("D16", CultureInfo.InvariantCulture);

    /// <summary>Same place.</summary>
    public static bool operator ==(WsmqPosition left, WsmqPosition right) => left.Value == right.Value;

    /// <summary>Another place.</summary>
    public static bool operator !=(WsmqPosition left, WsmqPosition right) => left.Value != right.Value;

    /// <summary>Earlier in the log.</summary>
    public static bool operator <(WsmqPosition left, WsmqPosition right) => left.Value < right.Value;

    /// <summary>Later in the log.</summary>
    public static bool operator >(WsmqPosition left, WsmqPosition right) => left.Value > right.Value;

    /// <summary>Earlier in the log, or the same place.</summary>
    public static bool operator <=(WsmqPosition left, WsmqPosition right) => left.Value <= right.Value;

    /// <summary>Later in the log, or the same place.</summary>
    public static bool operator >=(WsmqPosition left, WsmqPosition right) => left.Value >= right.Value;

    /// <summary>The later of two.</summary>
    internal static WsmqPosition Max(WsmqPosition left, WsmqPosition right) => left >= right ? left : right;

    /// <summary>The first place behind this one that an entry could have.</summary>
    internal WsmqPosition Next() => new(Value + 1);
}
