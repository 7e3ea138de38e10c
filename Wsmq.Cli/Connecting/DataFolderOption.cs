using System.CommandLine;
using Wsmq.Development;

namespace Wsmq.Cli.Connecting;

/// <summary>The option for the data folder of the host, which contains its development key.</summary>
internal static class DataFolderOption
{
    public const string Variable = "WSMQ_DATA";

    public static Option<string> Create() => new("--data-folder")
    {
        Description = $"The data folder of the host, which contains its development key; also {Variable}.",
        HelpName = "folder",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } folder ? folder : DataFolder.Default,
    };
}
