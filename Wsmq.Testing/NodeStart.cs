using System.Reflection;

namespace Wsmq.Testing;

/// <summary>How a node is started: a program, again, with a hidden command that prints the node's address.</summary>
/// <param name="Program">The program.</param>
/// <param name="Arguments">The command and what belongs to it.</param>
public sealed record NodeStart(Assembly Program, IReadOnlyList<string> Arguments)
{
    /// <summary>A command that runs the program, such as one that enters a namespace; may be empty.</summary>
    public IReadOnlyList<string> Prefix { get; init; } = [];

    /// <summary>More for its environment.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>The file that its standard error is added to; without one it goes where the caller's goes.</summary>
    public string? Log { get; init; }

    /// <summary>The command line.</summary>
    internal string[] Line => [.. Prefix, .. LineOf(Program, Arguments)];

    /// <summary>The command line that starts this program again.</summary>
    public static string[] LineOf(Assembly program, IReadOnlyList<string> arguments)
    {
        // Started as "dotnet Program.dll" the process is dotnet, and wants the file first.
        var process = System.Environment.ProcessPath!;
        string[] self = Path.GetFileNameWithoutExtension(process) == "dotnet" ? [process, program.Location] : [process];
        return [.. self, .. arguments];
    }
}
