using System.Text.Json;
using System.Text.Json.Serialization;

namespace Wsmq.Cli.Output;

/// <summary>Writes one JSON object a line.</summary>
internal static class JsonLines
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static string Of(object value)
    {
        // A body is forwarded as its sender wrote it, line breaks included: written anew, it fits on the line.
        using var document = JsonDocument.Parse(JsonSerializer.SerializeToUtf8Bytes(value, value.GetType(), Options));
        return JsonSerializer.Serialize(document.RootElement, Options);
    }
}
