using System.Globalization;
using System.Text;
using Wsmq.Faults.Injected;
using Wsmq.Faults.Running;
using Wsmq.Faults.Stores;
using Wsmq.Testing;

namespace Wsmq.Faults.Reporting;

/// <summary>The report of a campaign in Markdown: the injected faults, the counts and the violations.</summary>
internal static class CampaignReport
{
    private const string Marker = "<!-- report -->";

    // Several tables, because one with all columns could not be read.
    private static readonly (string Name, Func<RunResult, int> Of)[][] Tables =
    [
        [
            ("faults", r => r.Faults), ("sent", r => r.Sent), ("receipted", r => r.Receipted), ("delivered", r => r.Delivered), ("lost", r => r.Lost),
            ("duplicated", r => r.Duplicated), ("reordered", r => r.Reordered), ("gaps announced", r => r.GapsAnnounced),
            ("gaps silent", r => r.GapsSilent), ("failover lost", r => r.FailoverLost), ("skipped", r => r.Skipped),
            ("skips wrong", r => r.SkipsWrong), ("state apart", r => r.StateApart), ("leaks", r => r.Leaks), ("took (s)", r => r.Took),
        ],
        [
            ("jobs", r => r.Jobs), ("jobs completed", r => r.JobsCompleted), ("jobs dead", r => r.JobsDead), ("jobs lost", r => r.JobsLost),
            ("jobs unleased", r => r.JobsUnleased), ("jobs early", r => r.JobsEarly), ("jobs out of key order", r => r.JobsOutOfKeyOrder),
            ("jobs rolled back", r => r.JobsRolledBack), ("occurrences", r => r.Occurrences), ("occurrences lost", r => r.OccurrencesLost),
            ("occurrences twice", r => r.OccurrencesTwice),
        ],
        [
            ("tracked", r => r.Tracked), ("tracked acknowledged", r => r.TrackedAcknowledged), ("status unsure", r => r.StatusUnsure),
            ("status wrong", r => r.StatusWrong), ("in sequence", r => r.Sequenced), ("sequence repeats", r => r.SequenceRepeats),
            ("sequences rolled back", r => r.SequencesRolledBack), ("sequences wrong", r => r.SequencesWrong),
        ],
        [
            ("live pushes", r => r.LivePushes), ("live delivered", r => r.LiveDelivered), ("live missed", r => r.LiveMissed),
            ("live again", r => r.LiveAgain), ("live wrong", r => r.LiveWrong), ("live twice", r => r.LiveTwice), ("requests", r => r.Requests),
            ("requests answered", r => r.RequestsAnswered), ("requests open", r => r.RequestsOpen), ("requests wrong", r => r.RequestsWrong),
            ("presence wrong", r => r.PresenceWrong),
        ],
    ];

    public static string Write(IReadOnlyList<RunResult> results, double minutes)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{results.Count} seeds of {minutes} {(minutes == 1 ? "minute" : "minutes")} of load, {Environment.ProcessorCount} processors, .NET {Environment.Version}.\n\n");
        foreach (var table in Tables)
            AddTable(text, table, results);
        text.Append("How often each fault was injected, by store:\n\n");
        AddRow(text, ["fault", .. StoreName.All]);
        AddRow(text, Enumerable.Repeat("---", StoreName.All.Length + 1));
        foreach (var fault in FaultList.All)
            AddRow(text, [fault.Name, .. StoreName.All.Select(store => Injected(results, fault, store))]);
        var violations = results.SelectMany(r => r.Violations.Select(v => $"* seed {r.Seed}: {v}")).ToList();
        text.Append(CultureInfo.InvariantCulture, $"\nViolations: {violations.Count}.\n");
        text.AppendJoin('\n', violations.Take(50));
        return text.ToString().TrimEnd() + "\n";
    }

    public static async Task SaveAsync(string file, string report, CancellationToken stop)
    {
        var document = File.Exists(file) ? await File.ReadAllTextAsync(file, stop) : $"{Marker}\n";
        var end = document.IndexOf(Marker, StringComparison.Ordinal);
        if (end < 0)
            throw new RunFailedException($"{file} has no line {Marker}. Add one where the report should go.");
        await File.WriteAllTextAsync(file, $"{document[..(end + Marker.Length)]}\n\n{report}", stop);
    }

    private static void AddTable(StringBuilder text, (string Name, Func<RunResult, int> Of)[] columns, IReadOnlyList<RunResult> results)
    {
        AddRow(text, ["seed", "store", .. columns.Select(c => c.Name)]);
        AddRow(text, Enumerable.Repeat("---", columns.Length + 2));
        foreach (var result in results)
            AddRow(text, [Number(result.Seed), result.Store, .. columns.Select(c => Number(c.Of(result)))]);
        AddRow(text, ["all", "", .. columns.Select(c => Number(results.Sum(c.Of)))]);
        text.Append('\n');
    }

    private static string Injected(IReadOnlyList<RunResult> results, Fault fault, string store) => fault.Stores.Contains(store)
        ? Number(results.Where(r => r.Store == store).Sum(r => r.Injected.GetValueOrDefault(fault.Name)))
        : "";

    private static string Number(int number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static void AddRow(StringBuilder text, IEnumerable<string> cells) => text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
}
