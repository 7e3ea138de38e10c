using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace Wsmq;

/// <summary>
/// The wire form of <see cref="WsmqSendResult"/>: the result of one message of <see cref="IWsmqHub.SendMany"/> or
/// <see cref="IWsmqHub.SendStream"/>, a receipt or an error.
/// </summary>
public sealed class WsmqItemResult
{
    /// <summary>The number of the message in the call or in the stream, counted from 0.</summary>
    [JsonPropertyName(Wire.Number)]
    public required long Number { get; init; }

    /// <summary>
    /// The id of the message: the sender's, or the one that the server generated. Null where the message was refused before it had an
    /// id, or because the id is too long.
    /// </summary>
    [JsonPropertyName(Wire.Id), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Id { get; init; }

    /// <summary>The position of the message in the log of the address; null where it was not stored, and where <see cref="WsmqReceipt.Position"/> is empty.</summary>
    [JsonPropertyName(Wire.Position), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Position { get; init; }

    /// <summary>
    /// True where the message was stored before, see <see cref="WsmqReceipt.Duplicate"/>: nothing was stored again.
    /// </summary>
    [JsonPropertyName(Wire.Duplicate), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Duplicate { get; init; }

    /// <summary>As <see cref="WsmqReceipt.UniqueIdTaken"/>.</summary>
    [JsonPropertyName(Wire.UniqueIdTaken), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool UniqueIdTaken { get; init; }

    /// <summary>As <see cref="WsmqReceipt.DueAt"/>.</summary>
    [JsonPropertyName(Wire.DueAt), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull), JsonConverter(typeof(UnixTimeConverter))]
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>Why there is no receipt, as a text that <see cref="WsmqError.Find"/> reads; null where there is one.</summary>
    [JsonPropertyName(Wire.Error), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Error { get; init; }

    /// <summary>
    /// How long to wait before the message is sent again, in milliseconds; null where the server states no time. The text of
    /// <see cref="Error"/> states it as well.
    /// </summary>
    [JsonPropertyName(Wire.RetryAfter), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? RetryAfter { get; init; }

    /// <summary>Returns true, and the receipt, where the message was stored; otherwise false.</summary>
    /// <param name="receipt">The receipt, or null where the result is false.</param>
    public bool TryGetReceipt([NotNullWhen(true)] out WsmqReceipt? receipt)
    {
        receipt = Id is not null && Error is null
            ? new WsmqReceipt(Id, Position ?? string.Empty, Duplicate) { UniqueIdTaken = UniqueIdTaken, DueAt = DueAt }
            : null;
        return receipt is not null;
    }
}
