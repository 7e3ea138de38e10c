using System.Globalization;

/// <summary>
/// Runs inside a host that is started with <c>DOTNET_STARTUP_HOOKS</c>, before the host itself: collects repeatedly, and writes the
/// live size to a file. From outside a process its live memory cannot be told from memory that is not collected yet.
/// </summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1050:Declare types in namespaces", Justification = "The runtime looks for it there.")]
internal static class StartupHook
{
    /// <summary>The environment variable with the file's path.</summary>
    public const string Variable = "WSMQ_TESTING_LIVE_MEMORY";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(150);

    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { } path)
            new Thread(() => Run(path)) { IsBackground = true, Name = "live memory" }.Start();
    }

    // Uses .NET's own types only: other assemblies that this one references are not available in the host.
    private static void Run(string path)
    {
        var next = path + ".next";
        while (true)
        {
            GC.Collect(2, GCCollectionMode.Forced, blocking: true);

            // The size right after the collection: what is allocated later does not count.
            var found = GC.GetGCMemoryInfo(GCKind.FullBlocking);
            File.WriteAllText(next, (found.HeapSizeBytes - found.FragmentedBytes).ToString(CultureInfo.InvariantCulture));
            File.Move(next, path, overwrite: true);
            Thread.Sleep(Pause);
        }
    }
}
