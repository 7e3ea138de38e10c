using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Wsmq.Cli.Connecting;

/// <summary>Parses points in time such as 2026-01-31T18:00:00Z.</summary>
internal static class PointInTime
{
    private const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;

    public static Option<DateTimeOffset?> Option(string name, string description) => new(name)
    {
        Description = $"{description} Written as 2026-01-31T18:00:00Z; without a zone it is UTC.",
        HelpName = "time",
        CustomParser = Parse,
    };

    private static DateTimeOffset? Parse(ArgumentResult result)
    {
        if (DateTimeOffset.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, Utc, out var time) && time >= DateTimeOffset.UnixEpoch)
            return time;
        result.AddError($"'{result.Tokens[0].Value}' is not a time: write for example 2026-01-31T18:00:00Z.");
        return null;
    }
}
