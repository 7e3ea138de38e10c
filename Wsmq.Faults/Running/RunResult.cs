using System.Text.Json;
using System.Text.Json.Serialization;
using Wsmq.Faults.Checking;

namespace Wsmq.Faults.Running;

/// <summary>The last line of a run.</summary>
internal sealed record RunResult
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public required int Seed { get; init; }

    public required int Faults { get; init; }

    public required int Receipted { get; init; }

    public required int Delivered { get; init; }

    public required int Lost { get; init; }

    public required int Duplicated { get; init; }

    public required int Reordered { get; init; }

    public required int GapsAnnounced { get; init; }

    public required int GapsSilent { get; init; }

    public required int FailoverLost { get; init; }

    public required int Leaks { get; init; }

    [JsonIgnore]
    public string Store { get; init; } = "";

    [JsonIgnore]
    public int Sent { get; init; }

    [JsonIgnore]
    public IReadOnlyDictionary<string, int> Injected { get; init; } = new Dictionary<string, int>();

    [JsonIgnore]
    public IReadOnlyList<string> Violations { get; init; } = [];

    public static RunResult Of(int seed, Verdict verdict) => new()
    {
        Seed = seed, Faults = verdict.Faults, Sent = verdict.Sent, Receipted = verdict.Receipted, Delivered = verdict.Delivered, Lost = verdict.Lost,
        Duplicated = verdict.Duplicated, Reordered = verdict.Reordered, GapsAnnounced = verdict.GapsAnnounced, GapsSilent = verdict.GapsSilent,
        FailoverLost = verdict.FailoverLost, Leaks = verdict.Leaks, Violations = verdict.Violations,
    };

    public string ToLine() => JsonSerializer.Serialize(this, Json);
}
