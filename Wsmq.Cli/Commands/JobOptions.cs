using System.CommandLine;
using System.CommandLine.Parsing;
using Wsmq.Cli.Connecting;

namespace Wsmq.Cli.Commands;

/// <summary>The options of <c>send</c> that say when a message is due and until when, and those that only jobs have.</summary>
internal sealed class JobOptions
{
    private static readonly Dictionary<string, WsmqJobPriority> Priorities =
        Enum.GetValues<WsmqJobPriority>().ToDictionary(priority => priority.ToString().ToLowerInvariant(), StringComparer.Ordinal);

    private readonly Option<string?> _key = new("--key")
    {
        Description = "For a work queue: jobs of one key are worked on one at a time and in order.",
        HelpName = "key",
    };

    private readonly Option<TimeSpan?> _delay = Time(
        "--delay", "How long the message waits before it is delivered, or its job may begin, such as 30s, 15m, 8h or 7d.");

    private readonly Option<DateTimeOffset?> _notBefore = PointInTime.Option(
        "--not-before", "Until when the message waits. With --delay the later time counts.");

    private readonly Option<TimeSpan?> _timeToLive = Time(
        "--ttl", "How long the message may wait, such as 30s, 15m, 8h or 7d. After that it is not delivered; a job is a dead letter.");

    private readonly Option<string?> _priority = new("--priority")
    {
        Description = "For a work queue: low, normal or high. Default: normal",
        HelpName = "priority",
    };

    private readonly Option<string?> _uniqueId = new("--unique-id", "--unique")
    {
        Description = "For a work queue: an id that no other job of the queue may have until this one has ended. A job whose id is taken is not stored.",
        HelpName = "id",
    };

    private readonly Option[] _all;
    private readonly Option[] _ofJobs;

    public JobOptions()
    {
        _priority.AcceptOnlyFromAmong([.. Priorities.Keys]);
        _ofJobs = [_key, _priority, _uniqueId];
        _all = [_key, _delay, _notBefore, _timeToLive, _priority, _uniqueId];
    }

    public void AddTo(Command command)
    {
        foreach (var option in _all)
            command.Add(option);
    }

    public WsmqOutgoingMessage Apply(WsmqOutgoingMessage message, ParseResult result) => message with
    {
        Key = result.GetValue(_key),
        Delay = result.GetValue(_delay),
        NotBefore = result.GetValue(_notBefore),
        TimeToLive = result.GetValue(_timeToLive),
        Priority = result.GetValue(_priority) is { } priority ? Priorities[priority] : null,
        UniqueId = result.GetValue(_uniqueId),
    };

    /// <summary>Refuses options that the address, or the number of messages, does not allow.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="to">The address; null if it is not valid.</param>
    /// <param name="isOne">Whether exactly one message is sent.</param>
    public void Check(CommandResult result, WsmqAddress? to, bool isOne)
    {
        var given = _ofJobs.Where(option => result.GetResult(option) is not null).Select(option => option.Name).ToList();
        if (given.Count > 0 && to is { Kind: not WsmqAddressKind.Work })
            result.AddError($"{string.Join(" and ", given)}: only for work queues (work:<queue>), not for {to}.");
        if (!isOne && result.GetResult(_uniqueId) is not null)
            result.AddError($"{_uniqueId.Name} applies to one message, but standard input may have many lines: give a body, --file or --data.");
    }

    private static Option<TimeSpan?> Time(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "duration",
        CustomParser = result => Duration.Parse(result),
    };
}
