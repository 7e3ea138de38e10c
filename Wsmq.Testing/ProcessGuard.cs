using System.Diagnostics;

namespace Wsmq.Testing;

/// <summary>Ends a group of processes, and deletes its folder, when this program is gone, however it went. Disposing only takes the guard away.</summary>
internal sealed class ProcessGuard : IDisposable
{
    // A shell whose input ends with this program. What is sent to the whole group of processes reaches it too, and must not end it.
    // Another process may have the id by then: ours works in the folder.
    private const string Script =
        "trap '' INT HUP TERM QUIT; read -r _; [ \"/proc/$1/cwd\" -ef \"$0\" ] && kill -s KILL -- \"-$1\"; rm -rf \"$0\" || { sleep 1; rm -rf \"$0\"; }";

    private readonly Process _shell;

    /// <param name="leader">The process that leads the group, and works in the folder.</param>
    /// <param name="folder">The folder.</param>
    public ProcessGuard(int leader, string folder) =>
        _shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", Script, folder, $"{leader}"]) { RedirectStandardInput = true })!;

    public void Dispose()
    {
        _shell.Kill();
        _shell.WaitForExit();
        _shell.Dispose();
    }
}
