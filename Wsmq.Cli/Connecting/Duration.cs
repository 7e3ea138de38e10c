using System.CommandLine.Parsing;
using System.Globalization;

namespace Wsmq.Cli.Connecting;

/// <summary>Parses durations such as 30s, 15m, 8h and 7d.</summary>
internal static class Duration
{
    public static TimeSpan Parse(ArgumentResult result)
    {
        var text = result.Tokens.Single().Value;
        if (text.Length > 1 && Unit(text[^1]) is { } unit
            && double.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count)
            && count > 0 && count * unit.TotalDays <= 3650)
            return count * unit;
        result.AddError($"'{text}' is not a duration: write for example 30s, 15m, 8h or 7d.");
        return default;
    }

    private static TimeSpan? Unit(char letter) => letter switch
    {
        's' => TimeSpan.FromSeconds(1),
        'm' => TimeSpan.FromMinutes(1),
        'h' => TimeSpan.FromHours(1),
        'd' => TimeSpan.FromDays(1),
        _ => null,
    };
}
