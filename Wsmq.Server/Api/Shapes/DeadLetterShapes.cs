using System.ComponentModel;
using System.Text.Json.Serialization;

namespace Wsmq.Server.Api.Shapes;

/// <summary>Which dead letters are meant.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow), JsonNumberHandling(JsonNumberHandling.Strict)]
internal sealed record WsmqApiDeadLetterFilter
{
    [JsonPropertyName("user")]
    public string? User { get; init; }

    [JsonPropertyName(Wire.Source), Description("The log that contained the message, such as group:ops.")]
    public string? Source { get; init; }

    [JsonPropertyName(Wire.Type), Description("A * stands for any characters.")]
    public string? Type { get; init; }

    [JsonPropertyName(Wire.Reason), Description("A * stands for any characters.")]
    public string? Reason { get; init; }

    [JsonPropertyName(Wire.From), Description("Dead-lettered at this time or later, in milliseconds since 1970.")]
    public long? From { get; init; }

    [JsonPropertyName(Wire.To), Description("Dead-lettered at this time or earlier, in milliseconds since 1970.")]
    public long? To { get; init; }
}

/// <summary>A run to start.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow), JsonNumberHandling(JsonNumberHandling.Strict)]
internal sealed record WsmqApiRunRequest
{
    /// <summary>The rate of a run that states none.</summary>
    public const int UsualRate = 100;

    [JsonPropertyName(Wire.Id), Description("Chosen by the caller: sent again with it, the request starts no second run.")]
    public required string Id { get; init; }

    [JsonPropertyName("action"), Description("replay or remove.")]
    public required string Action { get; init; }

    [JsonPropertyName("filter"), Description("Required, so that nobody means all of them by mistake; {} means all.")]
    public required WsmqApiDeadLetterFilter Filter { get; init; }

    [JsonPropertyName(Wire.Until), Description("The time of the count, in milliseconds since 1970: what comes later is left alone.")]
    public required long Until { get; init; }

    [JsonPropertyName("perSecond"), DefaultValue(UsualRate)]
    public int? PerSecond { get; init; }
}

/// <summary>A page of the dead letters of all users.</summary>
[JsonNumberHandling(JsonNumberHandling.Strict)]
internal sealed record WsmqApiDeadLetterPage
{
    [JsonPropertyName("deadLetters")]
    public required WsmqApiFoundDeadLetter[] DeadLetters { get; init; }

    [JsonPropertyName(Wire.Next), Description("Null after the last page. A page may have none and still a next.")]
    public required string? Next { get; init; }

    [JsonPropertyName("scanned")]
    public required long Scanned { get; init; }
}

/// <summary>A dead letter of some user.</summary>
[JsonNumberHandling(JsonNumberHandling.Strict)]
internal sealed record WsmqApiFoundDeadLetter
{
    [JsonPropertyName("user")]
    public required string User { get; init; }

    [JsonPropertyName(Wire.Id)]
    public required string Id { get; init; }

    [JsonPropertyName(Wire.Source)]
    public required string Source { get; init; }

    [JsonPropertyName(Wire.Position)]
    public required string Position { get; init; }

    [JsonPropertyName("device")]
    public required string Device { get; init; }

    [JsonPropertyName("attempts")]
    public required int Attempts { get; init; }

    [JsonPropertyName("deadLetteredAt"), Description("In milliseconds since 1970.")]
    public required long DeadLetteredAt { get; init; }

    [JsonPropertyName(Wire.Reason)]
    public required string? Reason { get; init; }

    [JsonPropertyName(Wire.Type)]
    public required string? Type { get; init; }

    [JsonPropertyName("size"), Description("Of the body, in bytes.")]
    public required long Size { get; init; }

    [JsonPropertyName("preview"), Description("The first 200 characters of the body, with the right ReadBody for the user.")]
    public string? Preview { get; init; }
}

/// <summary>How many dead letters there were.</summary>
[JsonNumberHandling(JsonNumberHandling.Strict)]
internal sealed record WsmqApiDeadLetterCount
{
    [JsonPropertyName(Wire.Count)]
    public required long Count { get; init; }

    [JsonPropertyName(Wire.Until), Description("The time of the count, in milliseconds since 1970.")]
    public required long Until { get; init; }
}

/// <summary>All runs.</summary>
internal sealed record WsmqApiRuns
{
    [JsonPropertyName("runs")]
    public required WsmqApiRun[] Runs { get; init; }
}

/// <summary>A run over dead letters.</summary>
[JsonNumberHandling(JsonNumberHandling.Strict)]
internal sealed record WsmqApiRun
{
    [JsonPropertyName(Wire.Id)]
    public required string Id { get; init; }

    [JsonPropertyName("action")]
    public required string Action { get; init; }

    [JsonPropertyName("filter")]
    public required WsmqApiDeadLetterFilter Filter { get; init; }

    [JsonPropertyName(Wire.Until)]
    public required long Until { get; init; }

    [JsonPropertyName("perSecond")]
    public required int PerSecond { get; init; }

    [JsonPropertyName(Wire.State), Description("running, done, stopped or failed.")]
    public required string State { get; init; }

    [JsonPropertyName("total"), Description("How many matched when it started; so far, while counted is false.")]
    public required long Total { get; init; }

    [JsonPropertyName("counted"), Description("Whether total is complete.")]
    public required bool Counted { get; init; }

    [JsonPropertyName("done")]
    public required long Done { get; init; }

    [JsonPropertyName("failed"), Description("They are still dead letters.")]
    public required long Failed { get; init; }

    [JsonPropertyName("gone"), Description("Somebody else had replayed or removed them before.")]
    public required long Gone { get; init; }

    [JsonPropertyName("startedAt")]
    public required long StartedAt { get; init; }

    [JsonPropertyName("endedAt")]
    public required long? EndedAt { get; init; }

    [JsonPropertyName("startedBy")]
    public required string? StartedBy { get; init; }

    [JsonPropertyName(Wire.Error), Description("The code of the last error.")]
    public required string? Error { get; init; }
}
