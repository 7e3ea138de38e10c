using System.CommandLine;
using System.CommandLine.Parsing;
using Wsmq.Cli.Output;

namespace Wsmq.Cli;

/// <summary>Runs the requested command, and turns every failure into an exit code and one line on standard error.</summary>
internal static class CommandLine
{
    // After Ctrl+C a client sends its last acks, or hands its jobs back. The default of 2 seconds would end it before.
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(30);

    public static async Task<int> RunAsync(RootCommand root, string[] args)
    {
        // A body that begins with @ is not the name of a response file.
        var result = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (result.Errors.Count > 0)
        {
            await WriteErrorAsync($"{string.Join(" ", result.Errors.Select(error => error.Message))} See: {Name(result)} --help");
            return ExitCodes.Usage;
        }

        if (OptionCheck.FindUnknown(result) is { } unknown)
        {
            await WriteErrorAsync(
                $"Unknown option '{unknown}'. Put an argument that begins with a dash after --. See: {Name(result)} --help");
            return ExitCodes.Usage;
        }

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

    public static Task WriteErrorAsync(string message) => Console.Error.WriteLineAsync($"wsmq: {Printable.Line(message)}");

    private static string Name(ParseResult result)
    {
        var names = new Stack<string>();
        for (SymbolResult? at = result.CommandResult; at is CommandResult { Command: not RootCommand } command; at = at.Parent)
            names.Push(command.Command.Name);
        return string.Join(' ', names.Prepend("wsmq"));
    }
}
