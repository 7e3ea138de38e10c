using System.CommandLine;
using System.CommandLine.Parsing;
using Wsmq.Faults.Injected;

namespace Wsmq.Faults;

/// <summary>Options that several commands have.</summary>
internal static class Options
{
    public static Option<double> Minutes(double byDefault)
    {
        var minutes = new Option<double>("--minutes") { Description = $"How long there is load; {byDefault} where it is left out.", DefaultValueFactory = _ => byDefault };
        minutes.Validators.Add(result =>
        {
            if (result.GetValue(minutes) is not (> 0 and < 1440))
                result.AddError("--minutes is more than 0.");
        });
        return minutes;
    }

    public static Option<int?> Stampede() =>
        new("--stampede") { Description = "How many clients come at once in the fault of that name; 100 in runs below 2 minutes, else 5,000." };

    public static string[]? ParseFaults(ArgumentResult result)
    {
        string[] chosen = [.. result.Tokens.SelectMany(t => t.Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];
        foreach (var unknown in chosen.Except(FaultList.Names))
            result.AddError($"There is no fault {unknown}. There are: {string.Join(", ", FaultList.Names)}.");
        return chosen;
    }
}
