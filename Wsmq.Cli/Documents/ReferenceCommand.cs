using System.CommandLine;

namespace Wsmq.Cli.Documents;

/// <summary>A hidden command that prints the reference of all commands, from their definitions: docs/cli.md.</summary>
internal static class ReferenceCommand
{
    public static Command Create(RootCommand root)
    {
        var command = new Command("reference", "Prints the reference of all commands.") { Hidden = true };
        command.SetAction(result => result.InvocationConfiguration.Output.Write(Reference.Of(root)));
        return command;
    }
}
