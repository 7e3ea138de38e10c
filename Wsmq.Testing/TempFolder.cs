namespace Wsmq.Testing;

/// <summary>A folder of one test or run, deleted with everything in it.</summary>
public sealed class TempFolder : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public string Path { get; } = Directory.CreateTempSubdirectory("wsmq-test-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Deletes a folder into which something that is about to end may still write.</summary>
    /// <exception cref="IOException">Something goes on writing; what is there is named.</exception>
    public static void Delete(string path)
    {
        IOException? failure = null;
        if (!SpinWait.SpinUntil(() => (failure = TryDelete(path)) is null, Limit))
            throw new IOException($"{path} could not be deleted. It holds {string.Join(", ", Directory.EnumerateFileSystemEntries(path))}.", failure);
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
            // A file came while its folder was being emptied.
            return e;
        }
    }
}
