using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace Wsmq;

/// <summary>What became of one message of <see cref="IWsmqHub.SendMany"/> or <see cref="IWsmqHub.Publish"/>: a receipt or an error.</summary>
public sealed record WsmqItemResult
{
    /// <summary>Which message is meant: its number in the call or the stream, counted from 0.</summary>
    [JsonPropertyName(Wire.Number)]
    public required long Number { get; init; }

    /// <summary>The id of the message: the sender's, or the one that the server made. Null where it was refused before it had one, or for one that is too long.</summary>
    [JsonPropertyName(Wire.Id), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Id { get; init; }

    /// <summary>Its place in the log of the address; null where it was not stored.</summary>
    [JsonPropertyName(Wire.Position), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Position { get; init; }

    /// <summary>True where this sender's id was stored before: the position is the first one's.</summary>
    [JsonPropertyName(Wire.Duplicate), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Duplicate { get; init; }

    /// <summary>Why it was not stored, as the text of a hub error, which <see cref="WsmqError.Find"/> reads; null where it was.</summary>
    [JsonPropertyName(Wire.Error), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Error { get; init; }

    /// <summary>After how many milliseconds the message may be sent again, where the server says so; the error's text says it as well.</summary>
    [JsonPropertyName(Wire.RetryAfter), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? RetryAfter { get; init; }

    /// <summary>The receipt, where it was stored.</summary>
    public bool TryGetReceipt([NotNullWhen(true)] out WsmqReceipt? receipt)
    {
        receipt = Id is not null && Position is not null ? new WsmqReceipt(Id, Position, Duplicate) : null;
        return receipt is not null;
    }
}
