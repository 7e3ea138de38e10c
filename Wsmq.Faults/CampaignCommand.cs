using System.CommandLine;
using Wsmq.Faults.Reporting;
using Wsmq.Faults.Running;
using Wsmq.Faults.Stores;

namespace Wsmq.Faults;

/// <summary><c>campaign</c>: many seeds one after another, and their report.</summary>
internal static class CampaignCommand
{
    private const string All = "all";

    public static Command Create()
    {
        var seeds = new Option<(int From, int Through)>("--seeds")
        {
            Description = "The first and the last seed, as 1..20, which is taken where it is left out.",
            DefaultValueFactory = _ => (1, 20),
            CustomParser = result =>
            {
                if (result.Tokens[0].Value.Split("..") is [var from, var through] && int.TryParse(from, out var a) && int.TryParse(through, out var b) && 0 <= a && a <= b)
                    return (a, b);
                result.AddError("--seeds is written 1..20.");
                return default;
            },
        };
        var minutes = Options.Minutes(1);
        var stampede = Options.Stampede();
        var report = new Option<FileInfo?>("--report") { Description = "A document whose part behind the line <!-- report --> is replaced by this report." };
        var store = new Option<string>("--store") { Description = "The store of all seeds; with all, which is taken where it is left out, they take turns.", DefaultValueFactory = _ => All };
        store.AcceptOnlyFromAmong([All, .. StoreName.All]);
        var results = new Option<FileInfo?>("--results") { Description = "A file with a line for each seed that is done. Started again with it, a campaign goes on where it was." };
        var command = new Command("campaign", "Runs many seeds, each a mixture, which together have all faults on all stores, and reports.")
        {
            seeds, minutes, stampede, store, report, results,
        };
        command.SetAction(async (result, stop) =>
        {
            var (from, through) = result.GetRequiredValue(seeds);
            var done = new ResultFile(result.GetValue(results)?.FullName);
            var on = result.GetRequiredValue(store) is var chosen && chosen == All ? null : chosen;
            foreach (var seed in Enumerable.Range(from, through - from + 1).Where(seed => !done.Has(seed)))
            {
                var one = await ChildRun.RunAsync(new RunSettings(seed, result.GetValue(minutes), on, null, 2, result.GetValue(stampede), false), stop);
                done.Add(one);
                await result.InvocationConfiguration.Output.WriteLineAsync(one.ToLine());
            }

            var text = CampaignReport.Write(done.Results, result.GetValue(minutes));
            await result.InvocationConfiguration.Output.WriteLineAsync(text);
            if (result.GetValue(report) is { } file)
                await CampaignReport.SaveAsync(file.FullName, text, stop);
            return done.Results.Any(r => r.Violations.Count > 0) ? 1 : 0;
        });
        return command;
    }
}
