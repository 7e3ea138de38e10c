using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Wsmq.Development;

/// <summary>
/// The key that signs tokens on a developer's machine. It is stored in the data folder, readable by its owner only. This file is
/// compiled into the host, which accepts such tokens in Development, and into the CLI, which signs them.
/// </summary>
internal static class DevelopmentKey
{
    public const string Issuer = "wsmq-development";
    public const string Audience = "wsmq";
    public const string FileName = "development-key";
    private const int Bytes = 32;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static string PathIn(string folder) => Path.Combine(folder, FileName);

    /// <summary>The key; created if it does not exist. Throws <see cref="InvalidDataException"/> if it cannot be trusted.</summary>
    public static byte[] LoadOrCreate(string folder)
    {
        if (Load(folder) is { } key)
            return key;
        Create(folder);
        return Load(folder)
            ?? throw new InvalidDataException($"The development key {PathIn(folder)} disappeared during its creation. Start again.");
    }

    /// <summary>The key; null if it does not exist. Throws <see cref="InvalidDataException"/> if it cannot be trusted.</summary>
    public static byte[]? Load(string folder)
    {
        var path = PathIn(folder);
        if (!File.Exists(path))
            return null;

        // The mode is not repaired silently: another user may have read the key already, and can then sign tokens for any user.
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ~OwnerOnly) != 0)
        {
            throw new InvalidDataException(
                $"The development key {path} is open to other users of this machine. Delete it; the host creates a new one.");
        }

        var text = File.ReadAllText(path).Trim();
        var key = new byte[Bytes];
        return Base64Url.IsValid(text, out var length) && length == Bytes && Base64Url.DecodeFromChars(text, key) == Bytes
            ? key
            : throw new InvalidDataException($"The development key {path} is damaged. Delete it; the host creates a new one.");
    }

    // Written to a temporary file and linked into place: of two hosts that start together exactly one key wins, and no reader sees a
    // partly written key.
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
            // Another host created the key first; its key is used.
        }
        finally
        {
            File.Delete(draft);
        }
    }

    // On Unix File.Move checks that the name is free and then renames, so two hosts may both find it free, and the first goes on with
    // a key that the second has replaced. link() fails if the name is taken. On Windows the move is atomic.
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
