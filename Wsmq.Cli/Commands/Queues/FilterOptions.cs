using System.CommandLine;
using Wsmq.Cli.Connecting;

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
    private readonly Option<DateTimeOffset?> _from = PointInTime.Option("--from", "Only those that became dead letters at this time or later.");
    private readonly Option<DateTimeOffset?> _until = PointInTime.Option("--until", "Only those that became dead letters before this time.");

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
}
