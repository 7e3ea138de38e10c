using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Wsmq.Cli.Types;

/// <summary>A contract as a JSON file, to be compared with later ones.</summary>
internal static class ContractFile
{
    private const int Version = 2;

    // Without formats of texts and numbers.
    private const int FirstVersion = 1;

    public static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonSerializerOptions Indented = new(Compact) { WriteIndented = true, NewLine = "\n" };

    public static string Write(Contract contract) => new JsonObject
    {
        ["wsmqContract"] = Version,
        ["messages"] = new JsonObject(contract.Messages.Select(m => KeyValuePair.Create(m.Key, Of(m.Value)))),
        ["types"] = new JsonObject(contract.Types.Select(t => KeyValuePair.Create(t.Name, Of(t.Shape)))),
    }.ToJsonString(Indented) + "\n";

    /// <exception cref="CliFailure">The file is not one that <see cref="Write"/> has written.</exception>
    public static Contract Read(string path)
    {
        try
        {
            var file = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
            var version = file["wsmqContract"]?.GetValue<int>();
            if (version is not (FirstVersion or Version))
                throw new InvalidOperationException($"wsmqContract is not {FirstVersion} or {Version}");
            return new Contract(
                [.. file["messages"]!.AsObject().Select(m => KeyValuePair.Create(m.Key, ShapeOf(m.Value)))],
                [.. file["types"]!.AsObject().Select(t => new Declaration(t.Key, ShapeOf(t.Value), null))])
            {
                HasFormats = version == Version,
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or NullReferenceException)
        {
            throw ContractFailure.Of(ContractFailure.ContractFile, $"{path}: {e.Message}", e);
        }
    }

    private static JsonNode? Of(Shape shape) => shape switch
    {
        Scalar { Format: null } scalar => JsonValue.Create(scalar.Name),
        Scalar scalar => new JsonObject { ["scalar"] = scalar.Name, ["format"] = scalar.Format },
        Literal literal => new JsonObject { ["value"] = JsonNode.Parse(literal.Json) },
        Named named => new JsonObject { ["type"] = named.Name },
        ListOf list => new JsonObject { ["list"] = Of(list.Element) },
        MapOf map => new JsonObject { ["map"] = Of(map.Value) },
        UnionOf union => new JsonObject { ["anyOf"] = new JsonArray([.. union.Members.Select(Of)]) },
        Tagged tagged => new JsonObject { ["tag"] = tagged.Name, ["value"] = JsonNode.Parse(tagged.Value.Json), ["of"] = Of(tagged.Of) },
        Fields { IsOpen: false } fields => new JsonObject { ["fields"] = Of(fields.All) },
        Fields fields => new JsonObject { ["fields"] = Of(fields.All), ["open"] = true },
        _ => throw new ArgumentException($"{shape.GetType().Name} is no known shape.", nameof(shape)),
    };

    private static JsonObject Of(IEnumerable<Field> fields) => new(fields.Select(f => KeyValuePair.Create(
        f.Name, (JsonNode?)new JsonObject { ["is"] = Of(f.Type), ["required"] = f.IsRequired })));

    private static Shape ShapeOf(JsonNode? node)
    {
        if (node is JsonValue scalar)
            return new Scalar(scalar.GetValue<string>());
        var shape = node!.AsObject();
        if (shape["scalar"] is { } name)
            return new Scalar(name.GetValue<string>(), shape["format"]!.GetValue<string>());
        if (shape["tag"] is { } tag)
            return new Tagged(tag.GetValue<string>(), Literal.Of(shape["value"]!), ShapeOf(shape["of"]));
        if (shape["value"] is { } value)
            return Literal.Of(value);
        if (shape["type"] is { } type)
            return new Named(type.GetValue<string>());
        if (shape["list"] is { } element)
            return new ListOf(ShapeOf(element));
        if (shape["map"] is { } values)
            return new MapOf(ShapeOf(values));
        if (shape["anyOf"] is { } members)
            return UnionOf.Of(members.AsArray().Select(ShapeOf));
        return new Fields(
            [.. shape["fields"]!.AsObject()
                .Select(f => new Field(f.Key, ShapeOf(f.Value!["is"]), f.Value["required"]!.GetValue<bool>(), null))],
            shape["open"]?.GetValue<bool>() ?? false);
    }
}
