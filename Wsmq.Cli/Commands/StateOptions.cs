using System.CommandLine;
using System.CommandLine.Parsing;
using Wsmq.Cli.Commands.Operators;

namespace Wsmq.Cli.Commands;

/// <summary>The options of <c>send</c> for state of a user or a group, and for a condition.</summary>
internal sealed class StateOptions
{
    private readonly Option<string?> _key = new("--state-key")
    {
        Description = "The message is the newest of this key: it stays stored until another one of the key replaces it, and new devices get it.",
        HelpName = "key",
    };

    private readonly Option<bool> _remove = new("--remove-state") { Description = "Removes what is stored for --state-key. The message has no body." };

    private readonly Option<WsmqPosition?> _tail = new("--expected-tail")
    {
        Description = "Stores the message only if this is the last position of the address: that of a receipt, or 0 for an address without messages.",
        HelpName = "position",
        CustomParser = ParsePosition,
    };

    public void AddTo(Command command)
    {
        command.Add(_key);
        command.Add(_remove);
        command.Add(_tail);
    }

    public WsmqOutgoingMessage Apply(WsmqOutgoingMessage message, ParseResult result) => message with
    {
        StateKey = result.GetValue(_key),
        RemoveState = result.GetValue(_remove),
        ExpectedTail = result.GetValue(_tail),
    };

    /// <summary>Whether the message is a removal, which has no body.</summary>
    public bool IsRemoval(CommandResult result) => result.GetValue(_remove);

    /// <summary>Refuses options that the address, or the number of messages, does not allow.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="to">The address; null if it is not valid.</param>
    /// <param name="bodies">How many bodies there are; with none each line of standard input is a message.</param>
    public void Check(CommandResult result, WsmqAddress? to, int bodies)
    {
        var given = new Option[] { _key, _tail }.Where(option => result.GetResult(option) is not null).Select(option => option.Name).ToList();
        if (given.Count > 0 && to is { Kind: WsmqAddressKind.Work })
            result.AddError($"{string.Join(" and ", given)}: only for users and groups, not for {to}.");
        if (IsRemoval(result) && result.GetResult(_key) is null)
            result.AddError($"{_remove.Name} requires {_key.Name}.");
        if (IsRemoval(result) && bodies > 0)
            result.AddError($"A message with {_remove.Name} has no body.");
        if (bodies == 0 && !IsRemoval(result) && result.GetResult(_tail) is not null)
            result.AddError($"{_tail.Name} applies to one message, but standard input may have many lines: give a body, --file or --data.");
    }

    private static WsmqPosition? ParsePosition(ArgumentResult result)
    {
        var text = result.Tokens.Single().Value;
        return text == "0" ? WsmqPosition.Start : ApiVerb.CheckPosition(result, text);
    }
}
