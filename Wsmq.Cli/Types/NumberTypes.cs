using System.Text.Json.Serialization;

namespace Wsmq.Cli.Types;

/// <summary>
/// What numbers of .NET become. The client for TypeScript passes a number that JavaScript would round on as a string with its digits,
/// which .NET reads as a number again. So a type whose values can be that large or that precise is a number or such a string.
/// </summary>
internal static class NumberTypes
{
    /// <summary>Numbers that JavaScript has as they are.</summary>
    public const string Plain = "number";

    /// <summary>Whole numbers that may not fit: a declaration of the output.</summary>
    public const string Integer = "ExactInteger";

    /// <summary>Decimal numbers that may not fit: a declaration of the output.</summary>
    public const string Decimal = "ExactDecimal";

    /// <summary>A whole number that .NET writes as a string.</summary>
    public const string IntegerText = "`${bigint}`";

    /// <summary>A number that .NET writes as a string.</summary>
    public const string NumberText = "`${number}`";

    private static readonly string[] NamedLiterals = ["\"NaN\"", "\"Infinity\"", "\"-Infinity\""];

    private static readonly HashSet<Type> Small =
    [
        typeof(byte), typeof(sbyte), typeof(short), typeof(ushort), typeof(int), typeof(uint),
    ];

    private static readonly HashSet<Type> Floating = [typeof(float), typeof(double), typeof(Half)];

    private static readonly HashSet<Type> Large = [typeof(long), typeof(ulong), typeof(Int128), typeof(UInt128)];

    /// <summary>The declarations of the two types that the output may use.</summary>
    public static IEnumerable<Declaration> Declarations =>
    [
        new(Integer, UnionOf.Of([Shape.Number, new Scalar(IntegerText)]),
            "A whole number of .NET. One that a JavaScript number would round is a string with its digits; .NET reads both."),
        new(Decimal, UnionOf.Of([Shape.Number, new Scalar(NumberText)]),
            "A decimal number of .NET. One that a JavaScript number would round is a string with its digits; .NET reads both."),
    ];

    public static bool IsNumber(Type type) => Small.Contains(type) || Floating.Contains(type) || CanBeRounded(type);

    /// <summary>Whether JavaScript cannot represent all values.</summary>
    public static bool CanBeRounded(Type type) => type == typeof(decimal) || Large.Contains(type);

    /// <summary>The shape of a number type.</summary>
    /// <param name="type">The type.</param>
    /// <param name="handling">How it is read and written.</param>
    /// <param name="inexact">Whether a type that .NET does not read from strings is written as <c>number</c>.</param>
    /// <returns>Null if values would be rounded, or could not be sent back.</returns>
    public static Shape? Of(Type type, JsonNumberHandling handling, bool inexact)
    {
        var (isWhole, format) = (Small.Contains(type) || Large.Contains(type), NumberRange.NameOf(type));
        if (handling.HasFlag(JsonNumberHandling.WriteAsString))
        {
            return handling.HasFlag(JsonNumberHandling.AllowReadingFromString)
                ? new Scalar(isWhole ? IntegerText : NumberText, format)
                : null;
        }

        if (Floating.Contains(type) && handling.HasFlag(JsonNumberHandling.AllowNamedFloatingPointLiterals))
            return UnionOf.Of([new Scalar(Plain, format), .. NamedLiterals.Select(text => new Literal(text))]);
        if (!CanBeRounded(type))
            return new Scalar(Plain, format);
        if (!handling.HasFlag(JsonNumberHandling.AllowReadingFromString))
            return inexact ? new Scalar(Plain, format) : null;
        return new Scalar(isWhole ? Integer : Decimal, format);
    }
}
