namespace Wsmq.Tests.Support;

/// <summary>The source tree that these tests were built from.</summary>
internal static class SourceTree
{
    public static string Root { get; } = Find();

    public static string PathOf(params string[] names) => Path.Combine([Root, .. names]);

    private static string Find()
    {
        var root = AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar);
        while (!File.Exists(Path.Combine(root, "Wsmq.sln")))
            root = Path.GetDirectoryName(root) ?? throw new InvalidOperationException("The tests do not run inside the repository.");
        return root;
    }
}
