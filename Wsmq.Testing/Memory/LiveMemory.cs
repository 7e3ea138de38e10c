using System.Globalization;
using System.Reflection;

namespace Wsmq.Testing.Memory;

/// <summary>The live size of another process's managed heap, as its <c>StartupHook</c> reports it several times a second.</summary>
public sealed class LiveMemory(string path)
{
    /// <summary>Environment variables that the process must be started with.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; } = new Dictionary<string, string>
    {
        ["DOTNET_STARTUP_HOOKS"] = Assembly.GetExecutingAssembly().Location,
        [StartupHook.Variable] = path,
    };

    /// <summary>In bytes, after the latest full collection; 0 before the first.</summary>
    public long Bytes => File.Exists(path) ? long.Parse(File.ReadAllText(path), CultureInfo.InvariantCulture) : 0;
}
