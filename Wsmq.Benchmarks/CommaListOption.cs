using System.CommandLine;

namespace Wsmq.Benchmarks;

/// <summary>An option that takes some of the known names, separated by commas. Default: all.</summary>
internal sealed class CommaListOption : Option<string[]>
{
    public CommaListOption(string name, string description, string[] all)
        : base(name)
    {
        Description = $"{description}, separated by commas: {string.Join(", ", all)}. Default: all.";
        DefaultValueFactory = _ => all;
        CustomParser = result =>
        {
            string[] chosen = [.. result.Tokens.SelectMany(t => t.Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];
            foreach (var unknown in chosen.Except(all))
                result.AddError($"{name} has no value {unknown}. The values are: {string.Join(", ", all)}.");
            return chosen;
        };
    }
}
