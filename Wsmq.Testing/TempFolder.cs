namespace Wsmq.Testing;

/// <summary>A folder for one test or run, deleted with its content.</summary>
public sealed class TempFolder : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public string Path { get; } = Directory.CreateTempSubdirectory("wsmq-test-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Deletes a folder, with retries: a process that is about to end may still write to it.</summary>
    /// <exception cref="IOException">A process keeps writing to it. The message lists the remaining entries.</exception>
    public static void Delete(string path)
    {
        IOException? failure = null;
        if (!SpinWait.SpinUntil(() => (failure = TryDelete(path)) is null, Limit))
        {
            throw new IOException(
                $"{path} could not be deleted. It contains {string.Join(", ", Directory.EnumerateFileSystemEntries(path))}.", failure);
        }
    }

    public void Dispose() => Delete(Path);

    private static IOException? TryDelete(string path)
    {
        try
        {
            Directory.Delete(path, recursive: true);
            return null;
        }
        catch (DirectoryNotFoundException) when (!Directory.Exists(path))
        {
            return null;
        }
        catch (IOException e)
        {
            // A file was created while its folder was being emptied.
            return e;
        }
    }
}
