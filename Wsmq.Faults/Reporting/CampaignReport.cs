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

    private static readonly string[] Columns =
    [
        "seed", "store", "faults", "sent", "receipted", "delivered", "lost", "duplicated", "reordered", "gaps announced", "gaps silent",
        "failover lost", "leaks", "live pushes", "live delivered", "live missed", "live again", "live wrong", "live twice", "jobs", "jobs completed",
        "jobs dead", "jobs lost", "jobs unleased", "jobs early", "jobs out of key order", "jobs rolled back", "state apart",
        "occurrences", "occurrences lost", "occurrences twice", "requests", "requests answered", "requests open", "requests wrong", "presence wrong",
        "took (s)",
    ];

    public static string Write(IReadOnlyList<RunResult> results, double minutes)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{results.Count} seeds of {minutes} {(minutes == 1 ? "minute" : "minutes")} of load, {Environment.ProcessorCount} processors, .NET {Environment.Version}.\n\n");
        AddRow(text, Columns);
        AddRow(text, Columns.Select(_ => "---"));
        foreach (var result in results)
            AddRow(text, [Number(result.Seed), result.Store, .. Counts([result])]);
        AddRow(text, ["all", "", .. Counts(results)]);
        text.Append("\nHow often each fault was injected, by store:\n\n");
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

    private static IEnumerable<string> Counts(IReadOnlyList<RunResult> results) => new Func<RunResult, int>[]
    {
        r => r.Faults, r => r.Sent, r => r.Receipted, r => r.Delivered, r => r.Lost, r => r.Duplicated, r => r.Reordered, r => r.GapsAnnounced,
        r => r.GapsSilent, r => r.FailoverLost, r => r.Leaks, r => r.LivePushes, r => r.LiveDelivered, r => r.LiveMissed, r => r.LiveAgain, r => r.LiveWrong,
        r => r.LiveTwice, r => r.Jobs, r => r.JobsCompleted, r => r.JobsDead, r => r.JobsLost, r => r.JobsUnleased, r => r.JobsEarly, r => r.JobsOutOfKeyOrder,
        r => r.JobsRolledBack, r => r.StateApart, r => r.Occurrences, r => r.OccurrencesLost, r => r.OccurrencesTwice, r => r.Requests,
        r => r.RequestsAnswered, r => r.RequestsOpen, r => r.RequestsWrong, r => r.PresenceWrong, r => r.Took,
    }.Select(count => Number(results.Sum(count)));

    private static string Injected(IReadOnlyList<RunResult> results, Fault fault, string store) => fault.Stores.Contains(store)
        ? Number(results.Where(r => r.Store == store).Sum(r => r.Injected.GetValueOrDefault(fault.Name)))
        : "";

    private static string Number(int number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static void AddRow(StringBuilder text, IEnumerable<string> cells) => text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
}
