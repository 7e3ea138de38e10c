using System.Text.Json;

namespace RsmqBridge;

/// <summary>
/// A text with placeholders in braces: <c>{queue}</c> is the name of the RSMQ queue, <c>{*}</c> what the <c>*</c> of a configured queue
/// name stands for, and any other name a field of the JSON object in the message, a string or a number.
/// </summary>
internal sealed class Template
{
    private const string Queue = "queue";
    private const string Rest = "*";

    // Texts and names in turns: an odd place is a name.
    private readonly string[] _parts;

    private Template(string text) => _parts = text.Split('{', '}');

    public bool HasFields => Names.Any(n => n is not (Queue or Rest));

    public bool HasRest => Names.Contains(Rest);

    private IEnumerable<string> Names => _parts.Where((_, i) => i % 2 == 1);

    public static Template Parse(string text) => new(text);

    /// <summary>What is wrong with the text; null if it is a template.</summary>
    public static string? DefectOf(string text)
    {
        if (text.Length == 0)
            return "the text is empty.";
        var braces = string.Concat(text.Where(c => c is '{' or '}'));
        return braces.Replace("{}", "", StringComparison.Ordinal).Length > 0 || text.Contains("{}", StringComparison.Ordinal)
            ? "write a placeholder as {name}."
            : null;
    }

    /// <summary>Returns the text, or null and the name of the field that the message lacks.</summary>
    public string? Fill(string queue, string rest, JsonElement? fields, out string? missing)
    {
        missing = null;
        var filled = (string[])_parts.Clone();
        for (var i = 1; i < filled.Length; i += 2)
        {
            var value = filled[i] switch { Queue => queue, Rest => rest, var field => ValueOf(fields, field) };
            if (value is null)
            {
                missing = filled[i];
                return null;
            }

            filled[i] = value;
        }

        return string.Concat(filled);
    }

    private static string? ValueOf(JsonElement? fields, string name) =>
        fields is not { ValueKind: JsonValueKind.Object } found || !found.TryGetProperty(name, out var value) ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString()
        : value.ValueKind == JsonValueKind.Number ? value.GetRawText()
        : null;
}
