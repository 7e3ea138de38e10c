using System.Globalization;
using System.Reflection;

namespace Wsmq.Testing.Memory;

/// <summary>What lives in the managed heap of another process, as its <c>StartupHook</c> says several times a second.</summary>
public sealed class LiveMemory(string path)
{
    /// <summary>What the process has to be started with.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; } = new Dictionary<string, string>
    {
        ["DOTNET_STARTUP_HOOKS"] = Assembly.GetExecutingAssembly().Location,
        [StartupHook.Variable] = path,
    };

    /// <summary>In bytes, after the newest full collection; 0 before the first.</summary>
    public long Bytes => File.Exists(path) ? long.Parse(File.ReadAllText(path), CultureInfo.InvariantCulture) : 0;
}
