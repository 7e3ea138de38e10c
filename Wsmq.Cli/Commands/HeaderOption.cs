using System.CommandLine;
using System.CommandLine.Parsing;

namespace Wsmq.Cli.Commands;

/// <summary>The option <c>--header</c>, which may be repeated: each is a name and a value.</summary>
internal static class HeaderOption
{
    public static Option<string[]> Create(string description)
    {
        var option = new Option<string[]>("--header") { Description = description, HelpName = "name=value", DefaultValueFactory = _ => [] };
        option.Validators.Add(Check);
        return option;
    }

    /// <summary>The headers; null if there are none.</summary>
    public static Dictionary<string, string>? Read(ParseResult result, Option<string[]> option) =>
        result.GetValue(option) is { Length: > 0 } headers ? headers.ToDictionary(Name, header => header[(Name(header).Length + 1)..]) : null;

    private static void Check(OptionResult result)
    {
        var headers = result.Tokens.Select(token => token.Value).ToList();
        if (headers.Any(header => !(header.IndexOf('=', StringComparison.Ordinal) > 0)) || headers.DistinctBy(Name).Count() != headers.Count)
            result.AddError("Write a header as name=value, and each name only once.");
    }

    private static string Name(string header) => header[..header.IndexOf('=', StringComparison.Ordinal)];
}
