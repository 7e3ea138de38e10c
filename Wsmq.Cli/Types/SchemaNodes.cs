using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;

namespace Wsmq.Cli.Types;

/// <summary>Schemas of System.Text.Json, whose nodes name the .NET types that they describe.</summary>
internal sealed class SchemaNodes(JsonSerializerOptions options)
{
    private const string Key = "x-clr";

    private readonly List<SchemaOrigin> _origins = [];

    public JsonSerializerOptions Options => options;

    /// <exception cref="CliFailure">The type cannot be written.</exception>
    public JsonObject Of(Type type)
    {
        try
        {
            return (JsonObject)options.GetJsonSchemaAsNode(type, new JsonSchemaExporterOptions { TransformSchemaNode = Mark });
        }
        catch (Exception e) when (e is NotSupportedException or InvalidOperationException or ArgumentException)
        {
            throw ContractFailure.Of(ContractFailure.NotWritable, e.Message, e);
        }
    }

    /// <summary>What a node describes; null for a node that the exporter added itself.</summary>
    public SchemaOrigin? OriginOf(JsonNode? node) => node is JsonObject o && o[Key] is { } number ? _origins[number.GetValue<int>()] : null;

    private JsonNode Mark(JsonSchemaExporterContext context, JsonNode node)
    {
        // True: any JSON is allowed.
        var marked = node as JsonObject ?? [];
        marked[Key] = _origins.Count;
        _origins.Add(new SchemaOrigin(context.TypeInfo, context.PropertyInfo));
        return marked;
    }
}

/// <summary>The .NET type that a node of a schema describes.</summary>
/// <param name="Info">The type.</param>
/// <param name="Property">The property whose value it is, or null.</param>
internal sealed record SchemaOrigin(JsonTypeInfo Info, JsonPropertyInfo? Property)
{
    /// <summary>The type, without Nullable.</summary>
    public Type Type => Nullable.GetUnderlyingType(Info.Type) ?? Info.Type;
}
