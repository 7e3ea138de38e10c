using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Wsmq.Cli.Output;

/// <summary>Writes one JSON object per line.</summary>
internal static class JsonLines
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>JSON that somebody else wrote, on one line, with all its numbers as they were.</summary>
    public static string Raw(string json) => OneLine(json);

    public static string Of(object value) => OneLine(JsonSerializer.Serialize(value, value.GetType(), Options));

    /// <summary>
    /// A body is forwarded as its sender wrote it, with line breaks, and may contain escapes that are not valid text (unpaired
    /// surrogates). Therefore it is not parsed; only white space between tokens is removed, and characters that a terminal could
    /// interpret as commands are escaped.
    /// </summary>
    private static string OneLine(string json)
    {
        var line = new StringBuilder(json.Length);
        var inString = false;
        for (var i = 0; i < json.Length; i++)
        {
            var c = json[i];
            if (!inString && char.IsWhiteSpace(c))
                continue;
            if (c >= '\u007f')
                line.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else
                line.Append(c);
            if (inString && c == '\\')
                line.Append(json[++i]);
            else if (c == '"')
                inString = !inString;
        }

        return line.ToString();
    }
}
