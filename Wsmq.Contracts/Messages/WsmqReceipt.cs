using System.Text.Json.Serialization;

namespace Wsmq;

/// <summary>What a sender gets once its message is in the log; what that is worth on each store is in docs/guarantees.md.</summary>
/// <param name="Id">The id of the message: the sender's, or the one that the server made.</param>
/// <param name="Position">Its place in the log of the address.</param>
/// <param name="Duplicate">True where this sender's id was stored before, within the deduplication window: this is the first receipt again.</param>
public sealed record WsmqReceipt(
    [property: JsonPropertyName(Wire.Id)] string Id,
    [property: JsonPropertyName(Wire.Position)] string Position,
    [property: JsonPropertyName(Wire.Duplicate)] bool Duplicate);
