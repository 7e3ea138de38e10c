using System.CommandLine;
using Wsmq.Cli.Output;
using Wsmq.Cli.Types;

namespace Wsmq.Cli.Commands;

/// <summary><c>wsmq types</c>: message types of .NET as TypeScript, and what a change of them breaks.</summary>
internal static class TypesCommand
{
    public const string ContractSuffix = ".contract.json";

    private static readonly Option<string> From = new("--from")
    {
        Description = "The assembly with the message types. Types with [WsmqMessageType] are written.",
        HelpName = "dll",
        Required = true,
    };

    private static readonly Option<string[]> More = new("--type")
    {
        Description = "Writes also this type, by its full .NET name; * stands for any characters. May be repeated.",
        HelpName = "name",
        DefaultValueFactory = _ => [],
    };

    private static readonly Option<string?> Context = new("--context")
    {
        Description = "The JsonSerializerContext of the assembly whose options hold. Default: the options with which wsmq writes bodies.",
        HelpName = "name",
    };

    private static readonly Option<string?> Out = new("--out", "-o")
    {
        Description =
            $"The file to write, whose folder is created, and beside it {ContractSuffix} for a later --check. Without it standard output.",
        HelpName = "file",
    };

    private static readonly Option<string?> Check = new("--check")
    {
        Description = $"An older {ContractSuffix}: prints what has changed. If older clients break, nothing is written (exit code 8).",
        HelpName = "file",
    };

    private static readonly Option<string> Map = new("--interface")
    {
        Description = "The name of the interface with all messages. Default: Messages",
        HelpName = "name",
        DefaultValueFactory = _ => "Messages",
    };

    private static readonly Option<bool> Inexact = new("--inexact")
    {
        Description = "Writes number for a long or decimal that .NET does not read from strings: larger values cannot be sent back.",
    };

    private static readonly Option<bool> Json = new("--json")
    {
        Description = "With --check: prints one JSON object per line for each change.",
    };

    public static Command Create()
    {
        var command = new Command("types", $"""
            Writes the message types of an assembly as TypeScript, for WsmqClient<Messages> of @wsmq/client. It loads the assembly, and
            runs code of it only where JSON converters or a --context need it.
            {ExitCodes.Help}
            """) { From, More, Context, Out, Check, Map, Inexact, Json };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult result)
    {
        var output = result.InvocationConfiguration.Output;
        var assembly = ContractAssembly.Load(result.GetRequiredValue(From));
        var contract = ContractBuilder.Build(
            assembly, result.GetRequiredValue(More), result.GetValue(Context), result.GetRequiredValue(Map), result.GetValue(Inexact), Say);
        var breaks = result.GetValue(Check) is { } before && Print(result, ContractComparison.Of(ContractFile.Read(before), contract));
        if (breaks)
            return ExitCodes.Breaking;
        var text = TypeScriptWriter.Write(contract, result.GetRequiredValue(Map), assembly.Name);
        if (result.GetValue(Out) is { } file)
        {
            if (Path.GetDirectoryName(file) is { Length: > 0 } folder)
                Directory.CreateDirectory(folder);
            File.WriteAllText(file, text);
            File.WriteAllText(Path.ChangeExtension(file, null) + ContractSuffix, ContractFile.Write(contract));
        }
        else if (result.GetValue(Check) is null)
        {
            output.Write(text);
        }

        return ExitCodes.Ok;
    }

    private static bool Print(ParseResult result, IReadOnlyList<ContractChange> changes)
    {
        foreach (var change in changes)
        {
            result.InvocationConfiguration.Output.WriteLine(result.GetValue(Json) ? JsonLines.Of(change) : Printable.Line(change.Text));
        }

        return changes.Any(c => c.Breaks);
    }

    private static void Say(string what) => _ = CommandLine.WriteErrorAsync(what);
}
