using System.Numerics;

namespace Wsmq.Cli.Types;

/// <summary>The values that a number type of .NET has.</summary>
/// <param name="Min">The smallest one; of a type with fractions the smallest up to which it has all whole numbers.</param>
/// <param name="Max">The same for the largest one.</param>
/// <param name="IsWhole">Whether it has no fractions.</param>
internal sealed record NumberRange(BigInteger Min, BigInteger Max, bool IsWhole)
{
    private static readonly Dictionary<Type, (string Name, NumberRange Range)> All = new()
    {
        [typeof(sbyte)] = ("int8", Whole(sbyte.MinValue, sbyte.MaxValue)),
        [typeof(byte)] = ("uint8", Whole(byte.MinValue, byte.MaxValue)),
        [typeof(short)] = ("int16", Whole(short.MinValue, short.MaxValue)),
        [typeof(ushort)] = ("uint16", Whole(ushort.MinValue, ushort.MaxValue)),
        [typeof(int)] = ("int32", Whole(int.MinValue, int.MaxValue)),
        [typeof(uint)] = ("uint32", Whole(uint.MinValue, uint.MaxValue)),
        [typeof(long)] = ("int64", Whole(long.MinValue, long.MaxValue)),
        [typeof(ulong)] = ("uint64", Whole(ulong.MinValue, ulong.MaxValue)),
        [typeof(Int128)] = ("int128", Whole(Int128.MinValue, Int128.MaxValue)),
        [typeof(UInt128)] = ("uint128", Whole(UInt128.MinValue, UInt128.MaxValue)),
        [typeof(Half)] = ("half", Binary(11)),
        [typeof(float)] = ("float", Binary(24)),
        [typeof(double)] = ("double", Binary(53)),
        [typeof(decimal)] = ("decimal", Fractional((BigInteger)decimal.MaxValue)),
    };

    private static readonly Dictionary<string, NumberRange> ByName =
        All.Values.ToDictionary(t => t.Name, t => t.Range, StringComparer.Ordinal);

    private static readonly NumberRange Decimal = All[typeof(decimal)].Range;

    /// <summary>The name of a number type in a contract.</summary>
    public static string NameOf(Type type) => All[type].Name;

    /// <summary>Null if the format is not that of a number.</summary>
    public static NumberRange? Of(string? format) => format is null ? null : ByName.GetValueOrDefault(format);

    /// <summary>Whether another type has all values of this one, and none of them rounded.</summary>
    public bool FitsInto(NumberRange other) => Min >= other.Min && Max <= other.Max
        && (IsWhole || (!other.IsWhole && (this == Decimal) == (other == Decimal)));

    private static NumberRange Whole(BigInteger min, BigInteger max) => new(min, max, true);

    private static NumberRange Binary(int bits) => Fractional(BigInteger.One << bits);

    private static NumberRange Fractional(BigInteger max) => new(-max, max, false);
}
