using System.Text.Json.Serialization;

namespace Wsmq;

/// <summary>
/// Selects the messages of a source that a connection gets: those that meet every condition that is set. Without a condition it selects all.
/// The argument of <see cref="IWsmqHub.SetFilter"/>.
/// </summary>
public sealed record WsmqFilter
{
    /// <summary>
    /// In place of a source in <see cref="IWsmqHub.SetFilter"/>: all sources that have no filter of their own, also those that the connection
    /// reads later.
    /// </summary>
    public const string OtherSources = "*";

    /// <summary>The most types that a filter has.</summary>
    public const int MostTypes = 64;

    /// <summary>The most headers that a filter has.</summary>
    public const int MostHeaders = 16;

    /// <summary>
    /// The types of the messages, at most 64: a message has one of them. A <c>*</c> in a type stands for any characters. Null for all messages,
    /// also those without a type.
    /// </summary>
    [JsonPropertyName(Wire.Types), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Types { get; init; }

    /// <summary>Headers that a message has, with these values, at most 16. Null for any.</summary>
    [JsonPropertyName(Wire.Headers), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Headers { get; init; }
}
