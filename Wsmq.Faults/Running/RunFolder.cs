using Wsmq.Testing;

namespace Wsmq.Faults.Running;

/// <summary>Where the history of a run and the logs of its nodes are; gone with the run, unless there is something to look into.</summary>
internal sealed class RunFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("wsmq-faults-").FullName;

    /// <summary>The folder stays, and its place is said.</summary>
    public bool Keep { get; set; }

    public void Dispose()
    {
        if (Keep)
            Progress.Say($"history and logs are kept in {Path}");
        else
            TempFolder.Delete(Path);
    }
}
