using System.CommandLine;
using System.CommandLine.Parsing;

namespace Wsmq.Cli.Commands;

/// <summary>The options of <c>listen</c> and <c>tail</c> that select messages. What they do not select is skipped by the server.</summary>
internal sealed class SelectOptions
{
    private readonly Option<string[]> _types = new("--type")
    {
        Description = "Only messages of this type; * stands for any characters. May be repeated: a message has one of the types.",
        HelpName = "name",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<string[]> _headers = HeaderOption.Create(
        "Only messages with this header, name=value. May be repeated: a message has all of the headers.");

    public IEnumerable<Option> All => [_types, _headers];

    /// <summary>The filter; null if all messages are selected.</summary>
    public WsmqFilter? Read(ParseResult result)
    {
        var (types, headers) = (result.GetRequiredValue(_types), HeaderOption.Read(result, _headers));
        return types.Length == 0 && headers is null ? null : new WsmqFilter { Types = types.Length == 0 ? null : types, Headers = headers };
    }

    public bool IsGiven(CommandResult result) => result.GetResult(_types) is { Implicit: false } || result.GetResult(_headers) is { Implicit: false };
}
