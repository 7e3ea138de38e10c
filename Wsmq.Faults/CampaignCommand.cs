using System.CommandLine;
using Wsmq.Faults.Reporting;
using Wsmq.Faults.Running;
using Wsmq.Faults.Stores;

namespace Wsmq.Faults;

/// <summary><c>campaign</c>: runs many seeds one after another, and reports on all of them.</summary>
internal static class CampaignCommand
{
    private const string All = "all";

    public static Command Create()
    {
        var seeds = new Option<(int From, int Through)>("--seeds")
        {
            Description = "The first and the last seed. Default: 1..20.",
            DefaultValueFactory = _ => (1, 20),
            CustomParser = result =>
            {
                if (result.Tokens[0].Value.Split("..") is [var from, var through] && int.TryParse(from, out var a) && int.TryParse(through, out var b) && 0 <= a && a <= b)
                    return (a, b);
                result.AddError("--seeds must be a range such as 1..20.");
                return default;
            },
        };
        var minutes = Options.Minutes(1);
        var stampede = Options.Stampede();
        var report = new Option<FileInfo?>("--report")
        {
            Description = "A document. Everything after its line <!-- report --> is replaced by the report.",
        };
        var store = new Option<string>("--store")
        {
            Description = "The store of all seeds. Default: all, which alternates between the stores.", DefaultValueFactory = _ => All,
        };
        store.AcceptOnlyFromAmong([All, .. StoreName.All]);
        var results = new Option<FileInfo?>("--results")
        {
            Description = "A file with one line per finished seed. A campaign that is restarted with it skips these seeds.",
        };
        var command = new Command("campaign", "Runs many seeds, each with a mixture of faults and together all faults on all stores.")
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
                var one = await ChildRun.RunAsync(new RunSettings(seed, result.GetValue(minutes), on, null, 2, result.GetValue(stampede)), stop);
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
