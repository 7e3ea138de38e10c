using System.Text.Json.Serialization;

namespace Wsmq;

/// <summary>
/// Selects entries of a log: those that meet every condition that is set. The argument of <see cref="IWsmqHub.History"/>.
/// </summary>
public sealed record WsmqHistoryQuery
{
    /// <summary>The most entries that one page has.</summary>
    public const int MostEntries = 200;

    internal const int UsualEntries = 50;

    /// <summary>Entries after this position.</summary>
    [JsonPropertyName(Wire.After), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public WsmqPosition? After { get; init; }

    /// <summary>Entries before this position.</summary>
    [JsonPropertyName(Wire.Before), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public WsmqPosition? Before { get; init; }

    /// <summary>Whether the newest entry comes first. Default false.</summary>
    [JsonPropertyName(Wire.Newest), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Newest { get; init; }

    /// <summary>The most entries of a page: 1 to 200. Null for 50.</summary>
    [JsonPropertyName(Wire.Max), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Max { get; init; }

    /// <summary>The id of the message.</summary>
    [JsonPropertyName(Wire.Id), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Id { get; init; }

    /// <summary>The identifier of the user who sent the message.</summary>
    [JsonPropertyName(Wire.Sender), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Sender { get; init; }

    /// <summary>The type of the message; a <c>*</c> in it stands for any characters.</summary>
    [JsonPropertyName(Wire.Type), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Type { get; init; }

    /// <summary>Stored at this time or later, by the clock of the store. On the wire in milliseconds since 1970.</summary>
    [JsonPropertyName(Wire.From), JsonConverter(typeof(UnixTimeConverter)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? From { get; init; }

    /// <summary>Stored at this time or earlier, by the clock of the store. On the wire in milliseconds since 1970.</summary>
    [JsonPropertyName(Wire.To), JsonConverter(typeof(UnixTimeConverter)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? To { get; init; }

    /// <summary>The same query after a page: it selects what the page has not looked at.</summary>
    /// <param name="next">The <see cref="WsmqHistoryPage.Next"/> of the page.</param>
    public WsmqHistoryQuery Continue(WsmqPosition next) => Newest ? this with { Before = next } : this with { After = next };
}
