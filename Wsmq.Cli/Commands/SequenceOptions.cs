using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Wsmq.Cli.Commands;

/// <summary>The options of <c>send</c> that give a message its place in a sequence.</summary>
internal sealed class SequenceOptions
{
    private readonly Option<string?> _producer = new("--producer")
    {
        Description = "With --seq: the sequence of this name to the address. A repeat is stored once, also days later, and a missing number is noticed.",
        HelpName = "name",
    };

    private readonly Option<long?> _epoch = Number("--epoch", 0, "The epoch of the sequence; each begins at number 1. Default: 1");

    private readonly Option<long?> _seq = Number(
        "--seq", 1, "The number of the message in the sequence of --producer. Lines of standard input get this number and those after it.");

    public void AddTo(Command command)
    {
        command.Add(_producer);
        command.Add(_epoch);
        command.Add(_seq);
    }

    /// <summary>The place of the first message; null if messages have none.</summary>
    public WsmqSequence? Read(ParseResult result) => result.GetValue(_producer) is { } producer && result.GetValue(_seq) is { } number
        ? new WsmqSequence(producer, result.GetValue(_epoch) ?? 1, number)
        : null;

    public void Check(CommandResult result)
    {
        if (result.GetResult(_producer) is null != result.GetResult(_seq) is null)
            result.AddError($"Use {_producer.Name} and {_seq.Name} together.");
        if (result.GetResult(_epoch) is not null && result.GetResult(_producer) is null)
            result.AddError($"{_epoch.Name} requires {_producer.Name} and {_seq.Name}.");
    }

    private static Option<long?> Number(string name, long least, string description) => new(name)
    {
        Description = description,
        HelpName = "n",
        CustomParser = result =>
        {
            if (long.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least)
                return number;
            result.AddError($"{name} must be a whole number from {least}, not '{result.Tokens[0].Value}'.");
            return null;
        },
    };
}
