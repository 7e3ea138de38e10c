using System.Text.Json;
using Wsmq.Faults.Checking;

namespace Wsmq.Faults.Running;

/// <summary>The result of a run, which it prints as its last line.</summary>
internal sealed record RunResult
{
    private const int MostViolations = 50;

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

    public int LivePushes { get; init; }

    public int LiveDelivered { get; init; }

    public int LiveMissed { get; init; }

    public int LiveAgain { get; init; }

    public int LiveWrong { get; init; }

    public int LiveTwice { get; init; }

    public int Jobs { get; init; }

    public int JobsCompleted { get; init; }

    public int JobsDead { get; init; }

    public int JobsLost { get; init; }

    public int JobsUnleased { get; init; }

    public int JobsEarly { get; init; }

    public int JobsOutOfKeyOrder { get; init; }

    public int JobsRolledBack { get; init; }

    public int StateApart { get; init; }

    public int Occurrences { get; init; }

    public int OccurrencesLost { get; init; }

    public int OccurrencesTwice { get; init; }

    public int Requests { get; init; }

    public int RequestsAnswered { get; init; }

    public int RequestsOpen { get; init; }

    public int RequestsWrong { get; init; }

    public int PresenceWrong { get; init; }

    public int Skipped { get; init; }

    public int SkipsWrong { get; init; }

    public int Tracked { get; init; }

    public int TrackedAcknowledged { get; init; }

    public int StatusUnsure { get; init; }

    public int StatusWrong { get; init; }

    public int Sequenced { get; init; }

    public int SequenceRepeats { get; init; }

    public int SequencesRolledBack { get; init; }

    public int SequencesWrong { get; init; }

    /// <summary>The duration of the whole run, in seconds.</summary>
    public int Took { get; init; }

    public string Store { get; init; } = "";

    public int Sent { get; init; }

    /// <summary>The planned number of injections of each fault.</summary>
    public IReadOnlyDictionary<string, int> Injected { get; init; } = new Dictionary<string, int>();

    /// <summary>The first violations.</summary>
    public IReadOnlyList<string> Violations { get; init; } = [];

    /// <summary>The result of a run that crashed or timed out.</summary>
    public static RunResult Broken(int seed, string store, string why) => new()
    {
        Seed = seed, Store = store, Faults = 0, Receipted = 0, Delivered = 0, Lost = 0, Duplicated = 0, Reordered = 0, GapsAnnounced = 0,
        GapsSilent = 0, FailoverLost = 0, Leaks = 0, Violations = [why],
    };

    public static RunResult Parse(string line) =>
        JsonSerializer.Deserialize<RunResult>(line, Json) ?? throw new FormatException("A result is null.");

    public static RunResult Of(int seed, Verdict verdict) => new()
    {
        Seed = seed, Faults = verdict.Faults, Sent = verdict.Sent, Receipted = verdict.Receipted, Delivered = verdict.Delivered, Lost = verdict.Lost,
        Duplicated = verdict.Duplicated, Reordered = verdict.Reordered, GapsAnnounced = verdict.GapsAnnounced, GapsSilent = verdict.GapsSilent,
        FailoverLost = verdict.FailoverLost, Leaks = verdict.Leaks, LivePushes = verdict.LivePushes, LiveDelivered = verdict.LiveDelivered,
        LiveMissed = verdict.LiveMissed, LiveAgain = verdict.LiveAgain, LiveWrong = verdict.LiveWrong, LiveTwice = verdict.LiveTwice,
        Jobs = verdict.Jobs, JobsCompleted = verdict.JobsCompleted, JobsDead = verdict.JobsDead, JobsLost = verdict.JobsLost,
        JobsUnleased = verdict.JobsUnleased, JobsEarly = verdict.JobsEarly, JobsOutOfKeyOrder = verdict.JobsOutOfKeyOrder,
        JobsRolledBack = verdict.JobsRolledBack, StateApart = verdict.StateApart, Occurrences = verdict.Occurrences,
        OccurrencesLost = verdict.OccurrencesLost, OccurrencesTwice = verdict.OccurrencesTwice, Requests = verdict.Requests,
        RequestsAnswered = verdict.RequestsAnswered, RequestsOpen = verdict.RequestsOpen, RequestsWrong = verdict.RequestsWrong,
        PresenceWrong = verdict.PresenceWrong, Skipped = verdict.Skipped, SkipsWrong = verdict.SkipsWrong, Tracked = verdict.Tracked,
        TrackedAcknowledged = verdict.TrackedAcknowledged, StatusUnsure = verdict.StatusUnsure, StatusWrong = verdict.StatusWrong,
        Sequenced = verdict.Sequenced, SequenceRepeats = verdict.SequenceRepeats, SequencesRolledBack = verdict.SequencesRolledBack,
        SequencesWrong = verdict.SequencesWrong,
        Violations = [.. verdict.Violations.Take(MostViolations)],
    };

    public string ToLine() => JsonSerializer.Serialize(this, Json);
}
