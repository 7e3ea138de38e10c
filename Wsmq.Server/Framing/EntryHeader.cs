using System.Text;
using System.Text.Json;

namespace Wsmq.Server.Framing;

/// <summary>
/// What an operator sees of the metadata of an entry. Unlike a delivery it needs no complete entry, and corrupt metadata is shown as far as it
/// can be read.
/// </summary>
internal sealed record EntryHeader
{
    /// <summary>How many characters of a body are shown.</summary>
    public const int PreviewLength = 200;

    /// <summary>So many bytes contain that many characters.</summary>
    public const int PreviewBytes = 4 * PreviewLength;

    public string? Id { get; private set; }

    public string? Sender { get; private set; }

    public DateTimeOffset? SentAt { get; private set; }

    public string? Type { get; private set; }

    public string? ContentType { get; private set; }

    public long? TimeToLive { get; private set; }

    public string? StateKey { get; private set; }

    /// <summary>Whether it removes the state of its key.</summary>
    public bool RemovesState { get; private set; }

    /// <summary>Whether it is tracked.</summary>
    public bool IsTracked { get; private set; }

    /// <summary>Of the replay of a dead letter: where the message comes from, and its position there.</summary>
    public (string Source, string Position)? Replay { get; private set; }

    public static EntryHeader Of(ReadOnlyMemory<byte> metadata)
    {
        var header = new EntryHeader();
        Read(metadata, header.Take);
        return header;
    }

    /// <summary>The headers of an entry; null if it has none. Few callers need them, and most look through many entries.</summary>
    public static IReadOnlyDictionary<string, string>? HeadersOf(ReadOnlyMemory<byte> metadata)
    {
        Dictionary<string, string>? headers = null;
        Read(metadata, field =>
        {
            if (field.NameEquals(Wire.Headers))
                headers = field.Value.EnumerateObject().ToDictionary(h => h.Name, h => h.Value.GetString() ?? string.Empty, StringComparer.Ordinal);
        });
        return headers;
    }

    /// <summary>The first characters of a body; null if it is not text.</summary>
    /// <param name="start">Its first bytes, at least <see cref="PreviewBytes"/> of them or all.</param>
    public string? PreviewOf(ReadOnlyMemory<byte> start)
    {
        if (ContentType?.StartsWith("text/", StringComparison.OrdinalIgnoreCase) == false)
            return null;

        // The last character may be cut; so may half of a surrogate pair.
        var text = Encoding.UTF8.GetString(start.Span);
        var length = Math.Min(text.Length, PreviewLength);
        return text[..(length > 0 && length < text.Length && char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)];
    }

    private static void Read(ReadOnlyMemory<byte> metadata, Action<JsonProperty> take)
    {
        try
        {
            using var json = JsonDocument.Parse(metadata);
            foreach (var field in json.RootElement.EnumerateObject())
                take(field);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException or FormatException)
        {
            // Corrupt or foreign.
        }
    }

    private void Take(JsonProperty field)
    {
        switch (field.Name)
        {
            case Wire.Id: Id = field.Value.GetString(); break;
            case Wire.Sender: Sender = field.Value.GetString(); break;
            case Wire.SentAt: SentAt = DateTimeOffset.FromUnixTimeMilliseconds(field.Value.GetInt64()); break;
            case Wire.Type: Type = field.Value.GetString(); break;
            case Wire.ContentType: ContentType = field.Value.GetString(); break;
            case Wire.TimeToLive: TimeToLive = field.Value.GetInt64(); break;
            case Wire.StateKey: StateKey = field.Value.GetString(); break;
            case Wire.RemoveState: RemovesState = field.Value.GetBoolean(); break;
            case Wire.Track: IsTracked = field.Value.GetBoolean(); break;
            case Wire.Headers: Replay = ReplayOf(field.Value); break;
        }
    }

    private static (string Source, string Position)? ReplayOf(JsonElement headers) =>
        headers.TryGetProperty(WsmqReplayHeaders.Source, out var source) && headers.TryGetProperty(WsmqReplayHeaders.Position, out var position)
        && source.GetString() is { } from && position.GetString() is { } at
            ? (from, at)
            : null;
}
