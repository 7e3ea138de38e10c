using Wsmq.Testing;

namespace Wsmq.Faults.Running;

/// <summary>The folder of a run's history and of its nodes' logs. Deleted at the end, unless <see cref="Keep"/> is set.</summary>
internal sealed class RunFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("wsmq-faults-").FullName;

    /// <summary>Whether to keep the folder and print its path.</summary>
    public bool Keep { get; set; }

    public void Dispose()
    {
        if (Keep)
            Progress.Say($"history and logs are kept in {Path}");
        else
            TempFolder.Delete(Path);
    }
}
