using System.CommandLine;

namespace Wsmq.Benchmarks;

/// <summary>An option that takes some of the names that there are, with commas between; all where it is left out.</summary>
internal sealed class CommaListOption : Option<string[]>
{
    public CommaListOption(string name, string description, string[] all)
        : base(name)
    {
        Description = $"{description}, with commas between: {string.Join(", ", all)}. All where it is left out.";
        DefaultValueFactory = _ => all;
        CustomParser = result =>
        {
            string[] chosen = [.. result.Tokens.SelectMany(t => t.Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];
            foreach (var unknown in chosen.Except(all))
                result.AddError($"{name} has no {unknown}. There are: {string.Join(", ", all)}.");
            return chosen;
        };
    }
}
