namespace Wsmq.Development;

/// <summary>Where the host keeps its data when nothing else is configured. Compiled into the CLI too, which looks for the key there.</summary>
internal static class DataFolder
{
    public static string Default { get; } = Find();

    public static void Create(string folder)
    {
        // Messages and the development key lie here: other users of the machine have no business in it.
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    // Unverified, because the folder may not exist yet for a fresh account; empty where an account has no home at all.
    private static string Find() =>
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify) is
        { Length: > 0 } local
            ? Path.Combine(local, "wsmq")
            : Path.GetFullPath("data");
}
