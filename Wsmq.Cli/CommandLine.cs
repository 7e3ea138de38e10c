using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using Wsmq.Cli.Output;

namespace Wsmq.Cli;

/// <summary>Runs the requested command, and turns every failure into an exit code and one line on standard error.</summary>
internal static partial class CommandLine
{
    // After Ctrl+C a client sends its last acks, or hands its jobs back. The default of 2 seconds would end it before.
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(30);

    public static async Task<int> RunAsync(RootCommand root, string[] args)
    {
        if (await ParseAsync(root, args) is not { } result)
            return ExitCodes.Usage;
        if (result.Errors.Count > 0)
        {
            await WriteErrorAsync($"{Describe(result)} See: {Name(result)} --help");
            return ExitCodes.Usage;
        }

        if (OptionCheck.FindUnknown(result) is { } unknown)
        {
            await WriteErrorAsync(
                $"Unknown option '{unknown}'. Put an argument that begins with a dash after --. See: {Name(result)} --help");
            return ExitCodes.Usage;
        }

        if (result.Action is HelpAction)
            Shorten(result.CommandResult.Command.Subcommands);
        try
        {
            return await result.InvokeAsync(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = StopTimeout,
            });
        }
        catch (Exception e)
        {
            var failure = Failures.Describe(e);
            await WriteErrorAsync(failure.Message);
            return failure.ExitCode;
        }
    }

    private static async Task<ParseResult?> ParseAsync(RootCommand root, string[] args)
    {
        try
        {
            // A body that begins with @ is not the name of a response file.
            return root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        }
        catch (InvalidOperationException e)
        {
            // A validator reads an option that has no value.
            await WriteErrorAsync($"{e.Message} See: wsmq --help");
            return null;
        }
    }

    /// <summary>The list of commands in the help of the one above has the first sentence of each: the rest is in its own help.</summary>
    private static void Shorten(IEnumerable<Command> commands)
    {
        foreach (var command in commands)
            command.Description = Sentence().Match(command.Description ?? "").Value.ReplaceLineEndings(" ");
    }

    [GeneratedRegex(@"^.*?(\.(?=\s)|$)", RegexOptions.Singleline)]
    private static partial Regex Sentence();

    /// <summary>What is wrong. Where there is no such command, not also that its options are unknown.</summary>
    private static string Describe(ParseResult result)
    {
        var command = result.CommandResult.Command;
        if (command.Action is not null || command.Subcommands.Count == 0)
            return string.Join(" ", result.Errors.Select(error => Flat(error.Message)));
        var commands = string.Join(", ", command.Subcommands.Where(c => !c.Hidden).Select(c => c.Name));
        return result.UnmatchedTokens is [var unknown, ..]
            ? $"There is no command '{unknown}'. Commands are {commands}."
            : $"A command is missing: {commands}.";
    }

    /// <summary>A message of the parser in one line: it has the values of an option below each other.</summary>
    private static string Flat(string message)
    {
        var lines = message.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return lines.Length < 2 ? message : $"{lines[0]} {string.Join(", ", lines[1..])}.";
    }

    public static Task WriteErrorAsync(string message) => Console.Error.WriteLineAsync($"wsmq: {Printable.Line(message)}");

    private static string Name(ParseResult result)
    {
        var names = new Stack<string>();
        for (SymbolResult? at = result.CommandResult; at is CommandResult { Command: not RootCommand } command; at = at.Parent)
            names.Push(command.Command.Name);
        return string.Join(' ', names.Prepend("wsmq"));
    }
}
