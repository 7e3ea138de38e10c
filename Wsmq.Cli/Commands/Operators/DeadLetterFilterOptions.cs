using System.CommandLine;
using Wsmq.Cli.Connecting;
using Wsmq.Cli.Http;

namespace Wsmq.Cli.Commands.Operators;

/// <summary>The options that select dead letters of users.</summary>
internal sealed class DeadLetterFilterOptions
{
    private readonly Option<string?> _user = ApiVerb.Text("--user", "Only those of this user.", "id");
    private readonly Option<string?> _source = ApiVerb.Text("--source", "Only messages of this address.", "address");
    private readonly Option<string?> _type = ApiVerb.Text("--type", "Only messages of this type.", "name");
    private readonly Option<string?> _reason = ApiVerb.Text("--reason", "Only those with this reason.", "reason");
    private readonly Option<DateTimeOffset?> _from = PointInTime.Option("--from",
        "Only those that became dead letters at this time or later.");
    private readonly Option<DateTimeOffset?> _to = PointInTime.Option("--to",
        "Only those that became dead letters at this time or earlier.");

    public DeadLetterFilterOptions() => _source.Validators.Add(ApiVerb.CheckAddress);

    public Symbol[] All => [_user, _source, _type, _reason, _from, _to];

    public ApiDeadLetterFilter Read(ParseResult result) => new(
        result.GetValue(_user), result.GetValue(_source), result.GetValue(_type), result.GetValue(_reason),
        result.GetValue(_from)?.ToUnixTimeMilliseconds(), result.GetValue(_to)?.ToUnixTimeMilliseconds());
}
