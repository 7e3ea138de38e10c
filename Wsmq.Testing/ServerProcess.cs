using System.ComponentModel;
using System.Diagnostics;

namespace Wsmq.Testing;

/// <summary>
/// A server and the processes that it forks, such as a Redis that rewrites its file. They form one process group, which is killed as a
/// whole, and which ends with this program however it ends.
/// </summary>
internal sealed class ServerProcess : IDisposable
{
    // Replaces itself by the program (exec), so that this process is the server, and the leader of a new process group.
    private const string Leader = "setsid";
    private const int NotFound = 127;

    private readonly Process _process;
    private readonly ProcessGuard _guard;

    private ServerProcess(Process process, string folder) => (_process, _guard) = (process, new ProcessGuard(process.Id, folder));

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Whether the program does not exist.</summary>
    public bool WasNotFound => HasExited && _process.ExitCode == NotFound;

    /// <summary>Starts a server whose working directory is a folder of its own.</summary>
    public static ServerProcess Start(string program, IEnumerable<string> arguments, string folder, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(Leader, [program, .. arguments]) { WorkingDirectory = folder };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        try
        {
            return new ServerProcess(Process.Start(start)!, folder);
        }
        catch (Win32Exception e)
        {
            throw new RunFailedException($"{Leader} is missing. Install it: apt-get install util-linux", e);
        }
    }

    /// <summary>Waits for the process to exit by itself; false on timeout.</summary>
    public async Task<bool> EndsAsync(TimeSpan limit)
    {
        try
        {
            await _process.WaitForExitAsync().WaitAsync(limit);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>Kills the process group, as by kill -9.</summary>
    public async Task EndAsync()
    {
        Signals.KillGroup(_process.Id);
        await _process.WaitForExitAsync();
        Dispose();
    }

    public void Dispose()
    {
        _process.Dispose();
        _guard.Dispose();
    }
}
