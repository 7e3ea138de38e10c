using System.Globalization;

/// <summary>
/// What .NET runs in a host that is started with <c>DOTNET_STARTUP_HOOKS</c>, before the host itself: it collects again and again, and
/// writes into a file what is left. Only the process itself can tell what it needs from what it has not collected yet.
/// </summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1050:Declare types in namespaces", Justification = "The runtime looks for it there.")]
internal static class StartupHook
{
    /// <summary>The variable with the file's path.</summary>
    public const string Variable = "WSMQ_TESTING_LIVE_MEMORY";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(150);

    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { } path)
            new Thread(() => Run(path)) { IsBackground = true, Name = "live memory" }.Start();
    }

    // With what .NET has alone: other types that this assembly uses are not there in the host.
    private static void Run(string path)
    {
        var next = path + ".next";
        while (true)
        {
            GC.Collect(2, GCCollectionMode.Forced, blocking: true);

            // As the collection found it: what is allocated from then on is no part of it.
            var found = GC.GetGCMemoryInfo(GCKind.FullBlocking);
            File.WriteAllText(next, (found.HeapSizeBytes - found.FragmentedBytes).ToString(CultureInfo.InvariantCulture));
            File.Move(next, path, overwrite: true);
            Thread.Sleep(Pause);
        }
    }
}
