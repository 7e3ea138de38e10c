using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Wsmq.Cli.Types;

/// <summary>Reads the shapes of types from the schemas that System.Text.Json exports.</summary>
/// <param name="nodes">The schemas.</param>
/// <param name="comments">The XML documentation.</param>
/// <param name="inexact">Whether numbers that JavaScript would round may be of the type <c>number</c>.</param>
/// <param name="say">Is told of types that only <c>unknown</c> describes.</param>
internal sealed class SchemaReader(SchemaNodes nodes, XmlComments comments, bool inexact, Action<string> say)
{
    private readonly Queue<Type> _left = [];
    private readonly Dictionary<Type, Declaration> _read = [];
    private readonly HashSet<Type> _open = [];

    /// <summary>All types that are named in what was read, with their full .NET names.</summary>
    public IReadOnlyDictionary<Type, Declaration> ReadAll()
    {
        while (_left.TryDequeue(out var type))
        {
            if (!_read.ContainsKey(type))
                _read[type] = new Declaration(TypeNames.KeyOf(type), Declare(type), comments.Of(type));
        }

        return _read;
    }

    /// <summary>A message type: declared, whatever it is.</summary>
    public Shape Message(Type type)
    {
        var info = Info(type);
        if (LossyParts.Of(info) is { } defect)
            throw ContractFailure.Of(ContractFailure.NotWritable, defect);
        return Name(type);
    }

    private JsonTypeInfo Info(Type type)
    {
        try
        {
            nodes.Options.MakeReadOnly(populateMissingResolver: true);
            return nodes.Options.TryGetTypeInfo(type, out var info)
                ? info
                : throw ContractFailure.Of(ContractFailure.NoMetadata, $"add [JsonSerializable(typeof({type}))] to the context");
        }
        catch (Exception e) when (e is NotSupportedException or InvalidOperationException or ArgumentException)
        {
            throw ContractFailure.Of(ContractFailure.NotWritable, e.Message, e);
        }
    }

    private Named Name(Type type)
    {
        _left.Enqueue(type);
        return new Named(TypeNames.KeyOf(type));
    }

    private Shape Declare(Type type)
    {
        var schema = nodes.Of(type);
        var origin = nodes.OriginOf(schema)!;
        if (type.IsEnum)
            return EnumShapes.Of(type, schema);
        if (origin.Info.PolymorphismOptions is { } derived)
            return Union(type, derived, schema);
        _open.Add(type);
        var shape = Whole(origin, schema, Nullness.Of(null), origin.Info.NumberHandling, $"{type}");
        _open.Remove(type);
        return shape;
    }

    private Shape Union(Type type, JsonPolymorphismOptions options, JsonObject schema)
    {
        var members = new List<Shape>();
        var bodies = (schema["anyOf"] as JsonArray ?? []).OfType<JsonObject>().ToList();
        if (!type.IsAbstract && options.DerivedTypes.All(d => d.DerivedType != type))
            members.Add(Own(null));
        foreach (var derived in options.DerivedTypes)
        {
            var shape = derived.DerivedType == type ? Own(options.TypeDiscriminatorPropertyName) : Name(derived.DerivedType);
            members.Add(derived.TypeDiscriminator is { } value
                ? new Tagged(options.TypeDiscriminatorPropertyName, Literal.Of(value is int n ? n : (string)value), shape)
                : shape);
        }

        return UnionOf.Of(members);

        Shape Own(string? discriminator)
        {
            var body = bodies.FirstOrDefault(b => nodes.OriginOf(b)?.Type == type) ?? schema;
            return Object(nodes.OriginOf(body) ?? nodes.OriginOf(schema)!, body, discriminator);
        }
    }

    /// <summary>The value of a property or an element: by the name of its type if that is declared.</summary>
    private Shape Part(JsonNode? node, Nullness nullness, JsonNumberHandling? handling, string place)
    {
        if (nodes.OriginOf(node) is not { } origin)
            return node is JsonObject plain ? Plain(plain, place) : Shape.Unknown;
        if (origin.Type.IsEnum && EnumShapes.IsDeclared((JsonObject)node!))
            return Name(origin.Type);
        var isDeclared = origin.Info.PolymorphismOptions is not null
            || (origin.Info.Kind == JsonTypeInfoKind.Object && origin.Type != typeof(object) && origin.Property?.CustomConverter is null);
        if (isDeclared)
            return Name(origin.Type);
        return ((JsonObject)node!)["$ref"] is null
            ? Whole(origin, (JsonObject)node, nullness, handling ?? origin.Info.NumberHandling, place)
            : Again(origin, nullness, handling ?? origin.Info.NumberHandling, place);
    }

    /// <summary>A collection that the schema describes elsewhere. One that contains itself needs a name.</summary>
    private Shape Again(SchemaOrigin origin, Nullness nullness, JsonNumberHandling? handling, string place)
    {
        if (!_open.Add(origin.Type))
            return Name(origin.Type);
        var shape = Whole(origin, nodes.Of(origin.Info.Type), nullness, handling, place);
        _open.Remove(origin.Type);
        return shape;
    }

    private Shape Whole(SchemaOrigin origin, JsonObject schema, Nullness nullness, JsonNumberHandling? handling, string place)
    {
        if (schema["items"] is { } items)
            return new ListOf(Element(items, nullness.Element, handling, place));
        if (origin.Info.Kind == JsonTypeInfoKind.Enumerable)
            return new ListOf(Shape.Unknown);
        if (schema["additionalProperties"] is JsonObject values)
            return new MapOf(Element(values, nullness.Element, handling, place));
        if (origin.Info.Kind == JsonTypeInfoKind.Object && origin.Type != typeof(object))
            return Object(origin, schema, null);
        if (NumberTypes.IsNumber(origin.Type) && PlainShapes.IsNumber(schema))
            return Number(origin, handling, place);
        return Plain(schema, place, origin.Type);
    }

    private Shape Element(JsonNode node, Nullness nullness, JsonNumberHandling? handling, string place)
    {
        var shape = Part(node, nullness, handling, place);
        return nodes.OriginOf(node) is { } origin && nullness.IsElementNullable(origin) ? shape.OrNull() : shape;
    }

    private Shape Number(SchemaOrigin origin, JsonNumberHandling? handling, string place) =>
        NumberTypes.Of(origin.Type, handling ?? nodes.Options.NumberHandling, inexact)
        ?? throw ContractFailure.Of(ContractFailure.NumberNotExact, $"{place} ({origin.Type.Name}) is not read from a string");

    private Fields Object(SchemaOrigin origin, JsonObject schema, string? discriminator)
    {
        var required = (schema["required"] as JsonArray ?? []).Select(name => name!.GetValue<string>()).ToHashSet(StringComparer.Ordinal);
        var fields = new List<Field>();
        foreach (var (name, node) in schema["properties"] as JsonObject ?? [])
        {
            if (name == discriminator || origin.Info.Properties.FirstOrDefault(p => p.Name == name) is not { } property)
                continue;
            var place = $"{origin.Type}.{name}";
            var shape = Part(node, Nullness.Of(property), property.NumberHandling ?? origin.Info.NumberHandling, place);
            shape = Nullness.IsNullable(property) ? shape.OrNull() : shape;
            fields.Add(new Field(name, shape, required.Contains(name) && !CanBeLeftOut(property),
                comments.Of(property) ?? TextFormats.CommentOf(property.PropertyType)));
        }

        return new Fields(fields, origin.Info.Properties.Any(p => p.IsExtensionData));
    }

    private bool CanBeLeftOut(JsonPropertyInfo property) => property.ShouldSerialize is not null
        || nodes.Options.DefaultIgnoreCondition is JsonIgnoreCondition.WhenWritingDefault
        || (nodes.Options.DefaultIgnoreCondition is JsonIgnoreCondition.WhenWritingNull && Nullness.IsNullable(property));

    /// <summary>By the schema alone.</summary>
    private Shape Plain(JsonObject schema, string place, Type? type = null)
    {
        if (schema["not"] is not null)
            throw ContractFailure.Of(ContractFailure.NotWritable, $"{place} is of a type that System.Text.Json does not support: {type}");
        if (schema["anyOf"] is JsonArray any)
            return UnionOf.Of(any.Select(node => Part(node, Nullness.Of(null), null, place)));
        if (PlainShapes.Of(schema) is { } shape)
            return shape == Shape.Text ? new Scalar(Scalar.TextName, TextFormats.FormatOf(type)) : shape;
        if (type is not null && type != typeof(object) && type.Namespace?.StartsWith("System.Text.Json", StringComparison.Ordinal) != true)
            say($"{place} is unknown: System.Text.Json does not describe what the converter of {type} writes");
        return Shape.Unknown;
    }
}
