using System.Text.Json.Nodes;

namespace Wsmq.Cli.Types;

/// <summary>Shapes of schemas that no .NET type has to explain.</summary>
internal static class PlainShapes
{
    /// <summary>Null if the schema allows anything.</summary>
    public static Shape? Of(JsonObject schema)
    {
        if (schema["enum"] is JsonArray values)
            return UnionOf.Of(values.Where(v => v is not null).Select(v => Literal.Of(v!)));
        if (schema["const"] is { } constant)
            return Literal.Of(constant);
        var shapes = Kinds(schema).Select(OfKind).OfType<Shape>().ToList();
        return shapes.Count > 0 ? UnionOf.Of(shapes) : null;
    }

    /// <summary>Whether numbers are allowed: also if texts are as well, which .NET reads as numbers.</summary>
    public static bool IsNumber(JsonObject schema) => Kinds(schema).Any(kind => kind is "integer" or "number")
        || (schema["anyOf"] as JsonArray)?.OfType<JsonObject>().Any(IsNumber) == true;

    private static IEnumerable<string> Kinds(JsonObject schema) => schema["type"] switch
    {
        JsonArray kinds => kinds.Select(kind => kind!.GetValue<string>()),
        JsonValue kind => [kind.GetValue<string>()],
        _ => [],
    };

    // Null is decided by annotations.
    private static Shape? OfKind(string kind) => kind switch
    {
        "string" => Shape.Text,
        "integer" or "number" => Shape.Number,
        "boolean" => Shape.Boolean,
        "array" => new ListOf(Shape.Unknown),
        "object" => new MapOf(Shape.Unknown),
        _ => null,
    };
}
