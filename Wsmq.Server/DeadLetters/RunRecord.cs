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

    /// <summary>How many match; so far, while they are counted.</summary>
    public long Total { get; init; }

    /// <summary>Whether what matches is still counted. Nodes of earlier versions have counted before they stored the run.</summary>
    public bool IsCounting { get; init; }

    /// <summary>Where the count goes on.</summary>
    public string? CountNext { get; init; }

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

    /// <summary>A time before the batch was stored.</summary>
    public long BatchAt { get; init; }

    /// <summary>What a newer version has stored in addition: it stays while this node carries out the run.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; set; }

    [JsonIgnore]
    public bool IsRunning => State == WsmqDeadLetterRunState.Running;

    public override string ToString() => JsonSerializer.Serialize(this, RunRecordContext.Default.RunRecord);

    /// <summary>Null if it is corrupt, or means something that this version does not know.</summary>
    public static RunRecord? Parse(string text)
    {
        try
        {
            var record = JsonSerializer.Deserialize(text, RunRecordContext.Default.RunRecord);

            // JSON may have null where this type does not.
            if (record is not { Id: not null, Filter: not null } || record.Batch?.All(IsWhole) == false)
                return null;

            // Also checks the times and the filter.
            return record.ToRun() is var run && Enum.IsDefined(run.Action) && Enum.IsDefined(run.State) ? record : null;
        }
        catch (Exception e) when (e is JsonException or ArgumentOutOfRangeException or WsmqException)
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
        IsCounted = !IsCounting,
        Done = Done,
        Failed = Failed,
        Gone = Gone,
        StartedAt = DateTimeOffset.FromUnixTimeMilliseconds(StartedAt),
        EndedAt = EndedAt is { } end ? DateTimeOffset.FromUnixTimeMilliseconds(end) : null,
        StartedBy = StartedBy,
        Error = Error,
    };

    private static bool IsWhole(RunLetter? letter) => letter is { User: not null, Id: not null };
}

/// <param name="User">The user.</param>
/// <param name="Id">The id of the dead letter.</param>
internal sealed record RunLetter(string User, string Id);

/// <summary>
/// A query as it is stored. One with a condition that this version does not know is unreadable: without it more dead letters would match than
/// the operator has meant.
/// </summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
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
