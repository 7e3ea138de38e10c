using System.CommandLine;
using Wsmq.Faults.Reporting;
using Wsmq.Faults.Running;

namespace Wsmq.Faults;

/// <summary><c>campaign</c>: many seeds one after another, and their report.</summary>
internal static class CampaignCommand
{
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
        var command = new Command("campaign", "Runs many seeds, each a mixture, which together have all faults on all stores, and reports.") { seeds, minutes, stampede, report };
        command.SetAction(async (result, stop) =>
        {
            var (from, through) = result.GetRequiredValue(seeds);
            var results = new List<RunResult>();
            foreach (var seed in Enumerable.Range(from, through - from + 1))
            {
                results.Add(await Runner.RunAsync(new RunSettings(seed, result.GetValue(minutes), null, null, 2, result.GetValue(stampede), false), stop));
                await result.InvocationConfiguration.Output.WriteLineAsync(results[^1].ToLine());
            }

            var text = CampaignReport.Write(results, result.GetValue(minutes));
            await result.InvocationConfiguration.Output.WriteLineAsync(text);
            if (result.GetValue(report) is { } file)
                await CampaignReport.SaveAsync(file.FullName, text, stop);
            return results.Exists(r => r.Violations.Count > 0) ? 1 : 0;
        });
        return command;
    }
}
