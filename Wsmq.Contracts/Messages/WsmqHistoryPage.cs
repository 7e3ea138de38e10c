using System.Text.Json.Serialization;

namespace Wsmq;

/// <summary>
/// A part of the history of a log. It looks at a bounded number of entries and bytes: it may be short, or empty, although more entries
/// meet the conditions.
/// </summary>
public sealed record WsmqHistoryPage
{
    /// <summary>
    /// The entries, in the order of the query. The <see cref="WsmqDelivery.Previous"/> of each is the position of the entry before it in the
    /// log, whether or not that one is stored, meets the conditions, or may be read.
    /// </summary>
    [JsonPropertyName(Wire.Entries)]
    public required IReadOnlyList<WsmqDelivery> Entries { get; init; }

    /// <summary>
    /// Where the next page begins, for <see cref="WsmqHistoryQuery.Continue"/>: the value of <see cref="WsmqHistoryQuery.After"/>, or, if the
    /// newest entries come first, of <see cref="WsmqHistoryQuery.Before"/>. Null once everything was searched.
    /// </summary>
    [JsonPropertyName(Wire.Next)]
    public WsmqPosition? Next { get; init; }

    /// <summary>
    /// The position of the newest entry that the log ever had: a later query with it as <see cref="WsmqHistoryQuery.After"/> returns what was
    /// stored since.
    /// </summary>
    [JsonPropertyName(Wire.Tail)]
    public WsmqPosition Tail { get; init; }

    /// <summary>
    /// How many entries are left out because their stored data is corrupt. Those whose fields cannot be read count whatever the conditions.
    /// </summary>
    [JsonPropertyName(Wire.Damaged), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Damaged { get; init; }
}
