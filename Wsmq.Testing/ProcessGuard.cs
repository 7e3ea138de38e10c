using System.Diagnostics;

namespace Wsmq.Testing;

/// <summary>
/// Kills a group of processes and deletes its folder once this program has ended, however it ended. Disposing only removes the guard.
/// </summary>
internal sealed class ProcessGuard : IDisposable
{
    // A shell whose standard input closes when this program ends. Signals to the terminal's process group reach it too and must not end
    // it. By then another process may have the leader's id: ours is the one whose working directory is the folder.
    private const string Script =
        "trap '' INT HUP TERM QUIT; read -r _; [ \"/proc/$1/cwd\" -ef \"$0\" ] && kill -s KILL -- \"-$1\"; rm -rf \"$0\" || { sleep 1; rm -rf \"$0\"; }";

    private readonly Process _shell;

    /// <param name="leader">The leader of the process group; its working directory is the folder.</param>
    /// <param name="folder">The folder to delete.</param>
    public ProcessGuard(int leader, string folder) =>
        _shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", Script, folder, $"{leader}"]) { RedirectStandardInput = true })!;

    public void Dispose()
    {
        _shell.Kill();
        _shell.WaitForExit();
        _shell.Dispose();
    }
}
