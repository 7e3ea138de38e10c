using System.Text;
using System.Text.Json;

namespace Wsmq.Cli.Messages;

/// <summary>The reverse of <see cref="BodyReader"/>: the text of a JSON string, any other JSON as it was written.</summary>
internal static class BodyText
{
    public static string Of(WsmqJsonBody body) => Encoding.UTF8.GetString(BytesOf(body).Span);

    public static ReadOnlyMemory<byte> BytesOf(WsmqJsonBody json)
    {
        using var document = JsonDocument.Parse(json.Utf8);
        try
        {
            return document.RootElement.ValueKind == JsonValueKind.String ? Encoding.UTF8.GetBytes(document.RootElement.GetString()!) : json.Utf8;
        }
        catch (InvalidOperationException)
        {
            // Half of an escaped surrogate pair: valid JSON, but not valid text.
            return json.Utf8;
        }
    }
}
