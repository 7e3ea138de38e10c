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
    internal string[] Line
    {
        get
        {
            // Started as "dotnet Program.dll" the process is dotnet, and wants the file first.
            var process = System.Environment.ProcessPath!;
            string[] self = Path.GetFileNameWithoutExtension(process) == "dotnet" ? [process, Program.Location] : [process];
            return [.. Prefix, .. self, .. Arguments];
        }
    }
}
