using System.Globalization;
using System.Text.Json.Nodes;

namespace Wsmq.Cli.Types;

/// <summary>Enums: a union of names where they are written as names, and of numbers where they are written as numbers.</summary>
internal static class EnumShapes
{
    private const long MaxSafe = 9_007_199_254_740_991;

    /// <summary>Whether a declaration is worthwhile: flags that are written as names are any text.</summary>
    public static bool IsDeclared(JsonObject schema) => schema["enum"] is not null || IsInteger(schema);

    public static Shape Of(Type type, JsonObject schema)
    {
        if (schema["enum"] is JsonArray names)
            return UnionOf.Of(names.Where(n => n is not null).Select(n => Literal.Of(n!)));
        if (!IsInteger(schema))
            return schema["type"] is not null ? Shape.Text : Shape.Unknown;
        var values = type.GetEnumValues().Cast<Enum>().Select(v => Convert.ToDecimal(v, CultureInfo.InvariantCulture)).Distinct().ToList();
        if (type.IsDefined(typeof(FlagsAttribute), inherit: false) || values.Count == 0)
            return Shape.Number;

        // A literal that JavaScript would round would be another value.
        return values.Any(v => Math.Abs(v) > MaxSafe)
            ? throw ContractFailure.Of(ContractFailure.NumberNotExact, $"{type} has values that JavaScript would round: write it as names")
            : UnionOf.Of(values.Select(v => new Literal(v.ToString(CultureInfo.InvariantCulture))));
    }

    /// <summary>The names of the numbers; null if the enum is written as names.</summary>
    public static string? NamesOf(Type type, Shape shape) =>
        type.IsEnum && (shape == Shape.Number || shape is Literal or UnionOf { Members: [Literal, ..] } && !IsText(shape))
            ? string.Join(", ", type.GetEnumNames().Select(name => $"{Enum.Format(type, Enum.Parse(type, name), "D")} {name}"))
            : null;

    private static bool IsText(Shape shape) =>
        (shape as Literal ?? (Literal)((UnionOf)shape).Members[0]).Json.StartsWith('"');

    private static bool IsInteger(JsonObject schema) => schema["type"] switch
    {
        JsonArray kinds => kinds.Any(k => k!.GetValue<string>() == "integer"),
        JsonValue kind => kind.GetValue<string>() == "integer",
        _ => false,
    };
}
