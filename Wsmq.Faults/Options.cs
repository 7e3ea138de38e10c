using System.CommandLine;
using System.CommandLine.Parsing;
using Wsmq.Faults.Injected;

namespace Wsmq.Faults;

/// <summary>Options that several commands share.</summary>
internal static class Options
{
    public static Option<double> Minutes(double byDefault)
    {
        var minutes = new Option<double>("--minutes")
        {
            Description = $"The duration of the load. Default: {byDefault}.", DefaultValueFactory = _ => byDefault,
        };
        minutes.Validators.Add(result =>
        {
            if (result.GetValue(minutes) is not (> 0 and < 1440))
                result.AddError("--minutes must be more than 0 and less than 1440.");
        });
        return minutes;
    }

    public static Option<int?> Stampede() =>
        new("--stampede") { Description = "The number of clients of that fault. Default: 100 in runs below 2 minutes, else 5,000." };

    public static string[]? ParseFaults(ArgumentResult result)
    {
        string[] chosen = [.. result.Tokens.SelectMany(t => t.Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];
        foreach (var unknown in chosen.Except(FaultList.Names))
            result.AddError($"There is no fault {unknown}. The faults are: {string.Join(", ", FaultList.Names)}.");
        return chosen;
    }
}
