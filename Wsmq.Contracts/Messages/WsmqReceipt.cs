using System.Text.Json.Serialization;

namespace Wsmq;

/// <summary>
/// Confirms that a message is in the log of its address. It does not mean that a receiver has read it. How durable the log is depends
/// on the store: see docs/guarantees.md.
/// </summary>
/// <param name="Id">The id of the message: the sender's, or the one that the server generated.</param>
/// <param name="Position">
/// The position of the message in the log of the address. Empty for a message that waits (<see cref="DueAt"/>) and for a repeat of it; and
/// where the server knows that the message is stored, but not where: an answer was lost, and the message was recognized by its number
/// (<see cref="IWsmqHub.Produce"/>, or an older one of a <see cref="WsmqSequence"/>).
/// </param>
/// <param name="Duplicate">
/// True where an earlier attempt to send the message was stored, or the same sender had already sent its id to the address within the
/// deduplication window: nothing was stored again, and the position is that of the first message.
/// </param>
public sealed record WsmqReceipt(
    [property: JsonPropertyName(Wire.Id)] string Id,
    [property: JsonPropertyName(Wire.Position)] string Position,
    [property: JsonPropertyName(Wire.Duplicate)] bool Duplicate)
{
    /// <summary>
    /// True where <see cref="Duplicate"/> is true because another job of the queue has the message's
    /// <see cref="WsmqOutgoingMessage.UniqueId"/>: the position is that job's.
    /// </summary>
    [JsonPropertyName(Wire.UniqueIdTaken), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool UniqueIdTaken { get; init; }

    /// <summary>
    /// When the message is due that has a delay (<see cref="WsmqSendOptions.Delay"/>), by the clock of the store: until then it waits outside of the
    /// log, and <see cref="Position"/> is empty. Null for all others, for jobs, and for a duplicate.
    /// </summary>
    [JsonPropertyName(Wire.DueAt), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull), JsonConverter(typeof(UnixTimeConverter))]
    public DateTimeOffset? DueAt { get; init; }
}
