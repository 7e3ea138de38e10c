using System.Text.Json;

namespace Wsmq.Tests.Api;

/// <summary>An OpenAPI document, and what differs from it: as much of JSON schema as the documents here use.</summary>
internal sealed class SchemaCheck(JsonElement document)
{
    public JsonElement Document => document;

    /// <summary>The operations: <c>GET /logs/{address}</c>, below a path.</summary>
    public Dictionary<string, JsonElement> OperationsBelow(string prefix) => document.GetProperty("paths").EnumerateObject()
        .Where(path => path.Name.StartsWith(prefix + "/", StringComparison.Ordinal))
        .SelectMany(path => path.Value.EnumerateObject().Select(o => (Path: path.Name[prefix.Length..], Method: o.Name, o.Value)))
        .ToDictionary(o => $"{o.Method.ToUpperInvariant()} {o.Path}", o => o.Value);

    /// <summary>Where an answer differs from what the document states for its operation and status.</summary>
    public IEnumerable<string> Differences(JsonElement operation, ApiAnswer answer)
    {
        if (!operation.GetProperty("responses").TryGetProperty($"{answer.Status}", out var response))
            return [$"status {answer.Status}"];
        if (!response.TryGetProperty("content", out var content))
            return answer.Text.Length == 0 ? [] : [$"a body with status {answer.Status}"];
        return content.TryGetProperty(answer.ContentType!, out var media)
            ? Differences(media.GetProperty("schema"), answer.Json, "$")
            : [$"content type {answer.ContentType}"];
    }

    private IEnumerable<string> Differences(JsonElement schema, JsonElement value, string path)
    {
        if (schema.TryGetProperty("$ref", out var reference))
            return Differences(Resolve(reference.GetString()!), value, path);
        if (schema.TryGetProperty("oneOf", out var choices))
            return choices.EnumerateArray().Any(c => !Differences(c, value, path).Any()) ? [] : [$"{path}: none of the choices"];
        if (schema.TryGetProperty("enum", out var names))
            return names.EnumerateArray().Any(n => n.ToString() == value.ToString()) ? [] : [$"{path}: {value} is none of the names"];
        if (schema.TryGetProperty("type", out var type) && !TypesOf(type).Contains(TypeOf(value)))
            return [$"{path}: {TypeOf(value)} instead of {type}"];
        return value.ValueKind switch
        {
            JsonValueKind.Array when schema.TryGetProperty("items", out var items) =>
                value.EnumerateArray().SelectMany((item, i) => Differences(items, item, $"{path}[{i}]")),
            JsonValueKind.Object when schema.TryGetProperty("properties", out var properties) => OfObject(schema, properties, value, path),
            _ => [],
        };
    }

    private IEnumerable<string> OfObject(JsonElement schema, JsonElement properties, JsonElement value, string path)
    {
        var missing = schema.TryGetProperty("required", out var required)
            ? required.EnumerateArray().Select(r => r.GetString()!).Where(name => !value.TryGetProperty(name, out _))
            : [];
        return missing.Select(name => $"{path}.{name} is missing").Concat(value.EnumerateObject().SelectMany(p =>
            properties.TryGetProperty(p.Name, out var of)
                ? Differences(of, p.Value, $"{path}.{p.Name}")
                : [$"{path}.{p.Name} is not described"]));
    }

    private JsonElement Resolve(string reference) =>
        reference[2..].Split('/').Aggregate(document, (element, name) => element.GetProperty(name));

    private static IEnumerable<string> TypesOf(JsonElement type) =>
        type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(t => t.GetString()!) : [type.GetString()!];

    private static string TypeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => value.TryGetInt64(out _) ? "integer" : "number",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        var kind => kind.ToString().ToLowerInvariant(),
    };
}
