namespace Wsmq.Development;

/// <summary>The default data folder of the host. Also compiled into the CLI, which looks for the development key there.</summary>
internal static class DataFolder
{
    public static string Default { get; } = Find();

    public static void Create(string folder)
    {
        // It holds messages and the development key: other users of the machine must not have access.
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    // DoNotVerify, because the folder of a new account may not exist yet; empty if the account has no home directory.
    private static string Find() =>
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify) is
        { Length: > 0 } local
            ? Path.Combine(local, "wsmq")
            : Path.GetFullPath("data");
}
