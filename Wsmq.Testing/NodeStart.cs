using System.Reflection;

namespace Wsmq.Testing;

/// <summary>How to start a node: a program, started with a hidden command that prints the node's address.</summary>
/// <param name="Program">The program.</param>
/// <param name="Arguments">The command and its arguments.</param>
public sealed record NodeStart(Assembly Program, IReadOnlyList<string> Arguments)
{
    /// <summary>A command that runs the program, such as one that enters a namespace; may be empty.</summary>
    public IReadOnlyList<string> Prefix { get; init; } = [];

    /// <summary>Additional environment variables.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>The file that its standard error is appended to; if null, standard error is inherited.</summary>
    public string? Log { get; init; }

    /// <summary>The command line.</summary>
    internal string[] Line => [.. Prefix, .. LineOf(Program, Arguments)];

    /// <summary>The command line that starts a program again.</summary>
    public static string[] LineOf(Assembly program, IReadOnlyList<string> arguments)
    {
        // If this was started as "dotnet Program.dll", the process is dotnet, and the assembly comes first.
        var process = System.Environment.ProcessPath!;
        string[] self = Path.GetFileNameWithoutExtension(process) == "dotnet" ? [process, program.Location] : [process];
        return [.. self, .. arguments];
    }
}
