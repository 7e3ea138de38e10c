using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Wsmq.Development;

/// <summary>
/// The key that signs tokens on a developer's machine, kept in the data folder and readable by its owner only. Compiled into
/// the host, which accepts its tokens in Development, and into the CLI, which signs them.
/// </summary>
internal static class DevelopmentKey
{
    public const string Issuer = "wsmq-development";
    public const string Audience = "wsmq";
    public const string FileName = "development-key";
    private const int Bytes = 32;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static string PathIn(string folder) => Path.Combine(folder, FileName);

    /// <summary>The key, made where there is none. Throws <see cref="InvalidDataException"/> where it cannot be trusted.</summary>
    public static byte[] LoadOrCreate(string folder)
    {
        if (Load(folder) is { } key)
            return key;
        Create(folder);
        return Load(folder) ?? throw new InvalidDataException($"The development key {PathIn(folder)} vanished while it was made.");
    }

    /// <summary>The key, or null where there is none. Throws <see cref="InvalidDataException"/> where it cannot be trusted.</summary>
    public static byte[]? Load(string folder)
    {
        var path = PathIn(folder);
        if (!File.Exists(path))
            return null;

        // Not repaired in silence: whoever could read it may have done so, and can sign as anybody.
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ~OwnerOnly) != 0)
            throw new InvalidDataException($"The development key {path} is open to other users of this machine. Delete it; the host makes a new one.");

        var text = File.ReadAllText(path).Trim();
        var key = new byte[Bytes];
        return Base64Url.IsValid(text, out var length) && length == Bytes && Base64Url.DecodeFromChars(text, key) == Bytes
            ? key
            : throw new InvalidDataException($"The development key {path} is damaged. Delete it; the host makes a new one.");
    }

    // Written aside and linked into place, so that of two hosts that start together one wins whole, and no reader sees half a key.
    private static void Create(string folder)
    {
        var draft = PathIn(folder) + "." + Guid.NewGuid().ToString("N");
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = OwnerOnly;
            using (var writer = new StreamWriter(draft, options))
                writer.WriteLine(Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes)));
            Publish(draft, PathIn(folder));
        }
        catch (IOException) when (File.Exists(PathIn(folder)))
        {
            // Another host was first, and its key counts.
        }
        finally
        {
            File.Delete(draft);
        }
    }

    // On Unix File.Move looks whether the name is free and then renames, so that two hosts may both find it free and the first
    // goes on with a key that is no longer there. A link fails where the name is taken. Windows moves in one step.
    private static void Publish(string draft, string path)
    {
        if (OperatingSystem.IsWindows() || (Link(CString(draft), CString(path)) != 0 && !File.Exists(path)))
            File.Move(draft, path, overwrite: false);
    }

    [DllImport("libc", EntryPoint = "link")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Link(byte[] existing, byte[] name);

    private static byte[] CString(string path) => Encoding.UTF8.GetBytes(path + '\0');
}
