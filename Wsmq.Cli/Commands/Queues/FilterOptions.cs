using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Wsmq.Cli.Commands.Queues;

/// <summary>The options that select dead letters.</summary>
internal sealed class FilterOptions
{
    private static readonly Dictionary<string, WsmqDeadReason> Reasons = new(StringComparer.Ordinal)
    {
        ["rejected"] = WsmqDeadReason.Rejected,
        ["attempts-used-up"] = WsmqDeadReason.AttemptsUsedUp,
        ["leases-lost"] = WsmqDeadReason.LeasesLost,
        ["expired"] = WsmqDeadReason.Expired,
    };

    private readonly Option<string?> _reason = new("--reason") { Description = "Only those with this reason.", HelpName = "reason" };
    private readonly Option<string?> _type = new("--type") { Description = "Only messages of this type.", HelpName = "name" };
    private readonly Option<DateTimeOffset?> _from = Time("--from", "Only those that became dead letters at this time or later.");
    private readonly Option<DateTimeOffset?> _until = Time("--until", "Only those that became dead letters before this time.");

    public FilterOptions() => _reason.AcceptOnlyFromAmong([.. Reasons.Keys]);

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _reason, _type, _from, _until })
            command.Add(option);
    }

    public WsmqDeadLetterFilter Read(ParseResult result) => new()
    {
        Reason = result.GetValue(_reason) is { } reason ? Reasons[reason] : null,
        Type = result.GetValue(_type),
        From = result.GetValue(_from),
        Until = result.GetValue(_until),
    };

    private static Option<DateTimeOffset?> Time(string name, string description) => new(name)
    {
        Description = $"{description} Written as 2026-01-31T18:00:00Z; without a zone it is UTC.",
        HelpName = "time",
        CustomParser = Parse,
    };

    private static DateTimeOffset? Parse(ArgumentResult result)
    {
        const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        if (DateTimeOffset.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, Utc, out var time) && time >= DateTimeOffset.UnixEpoch)
            return time;
        result.AddError($"'{result.Tokens[0].Value}' is not a time: write for example 2026-01-31T18:00:00Z.");
        return null;
    }
}
