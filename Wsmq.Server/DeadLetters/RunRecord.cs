using System.Text.Json;
using System.Text.Json.Serialization;

namespace Wsmq.Server.DeadLetters;

/// <summary>A run as it is stored. Times in ms since 1970, those of leases and batches in µs by the clock of the store.</summary>
internal sealed record RunRecord
{
    public required string Id { get; init; }

    public required WsmqDeadLetterAction Action { get; init; }

    public required RunFilter Filter { get; init; }

    public required long Until { get; init; }

    public required int PerSecond { get; init; }

    public required long StartedAt { get; init; }

    public string? StartedBy { get; init; }

    public WsmqDeadLetterRunState State { get; init; }

    public long Total { get; init; }

    public long Done { get; init; }

    public long Failed { get; init; }

    public long Gone { get; init; }

    public long? EndedAt { get; init; }

    public string? Error { get; init; }

    /// <summary>The node that carries it out.</summary>
    public string? Owner { get; init; }

    /// <summary>Until when, unless the node renews that.</summary>
    public long LeaseEnds { get; init; }

    /// <summary>Where the scan goes on after the batch; null at the end, and before the beginning.</summary>
    public string? Next { get; init; }

    /// <summary>
    /// The dead letters that a node handles at the moment, or was handling when it ended; null before the first ones. They are stored before
    /// the node begins: its successor knows which may have been handled already.
    /// </summary>
    public RunLetter[]? Batch { get; init; }

    /// <summary>When the batch was stored.</summary>
    public long BatchAt { get; init; }

    [JsonIgnore]
    public bool IsRunning => State == WsmqDeadLetterRunState.Running;

    public override string ToString() => JsonSerializer.Serialize(this, RunRecordContext.Default.RunRecord);

    /// <summary>Null if it is corrupt.</summary>
    public static RunRecord? Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, RunRecordContext.Default.RunRecord);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public WsmqDeadLetterRun ToRun() => new()
    {
        Id = Id,
        Action = Action,
        Query = Filter.ToQuery(),
        Until = DateTimeOffset.FromUnixTimeMilliseconds(Until),
        PerSecond = PerSecond,
        State = State,
        Total = Total,
        Done = Done,
        Failed = Failed,
        Gone = Gone,
        StartedAt = DateTimeOffset.FromUnixTimeMilliseconds(StartedAt),
        EndedAt = EndedAt is { } end ? DateTimeOffset.FromUnixTimeMilliseconds(end) : null,
        StartedBy = StartedBy,
        Error = Error,
    };
}

/// <param name="User">The user.</param>
/// <param name="Id">The id of the dead letter.</param>
internal sealed record RunLetter(string User, string Id);

/// <summary>A query as it is stored.</summary>
internal sealed record RunFilter
{
    public string? User { get; init; }

    public string? Source { get; init; }

    public string? Type { get; init; }

    public string? Reason { get; init; }

    public long? From { get; init; }

    public long? To { get; init; }

    public static RunFilter Of(WsmqDeadLetterQuery query) => new()
    {
        User = query.User,
        Source = query.Source?.ToString(),
        Type = query.Type,
        Reason = query.Reason,
        From = query.From?.ToUnixTimeMilliseconds(),
        To = query.To?.ToUnixTimeMilliseconds(),
    };

    public WsmqDeadLetterQuery ToQuery() => new()
    {
        User = User,
        Source = Source is null ? null : WsmqAddress.Parse(Source),
        Type = Type,
        Reason = Reason,
        From = TimeOf(From),
        To = TimeOf(To),
    };

    private static DateTimeOffset? TimeOf(long? time) => time is { } known ? DateTimeOffset.FromUnixTimeMilliseconds(known) : null;
}

[JsonSerializable(typeof(RunRecord))]
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
internal sealed partial class RunRecordContext : JsonSerializerContext;
