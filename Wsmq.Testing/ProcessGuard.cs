using System.Diagnostics;

namespace Wsmq.Testing;

/// <summary>Ends a process, and deletes its folder, when this program is gone, however it went. Disposing only takes the guard away.</summary>
internal sealed class ProcessGuard : IDisposable
{
    // A shell whose input ends with this program. What is sent to the whole group of processes reaches it too, and must not end it.
    // Another process may have the id by then: ours works in the folder.
    private const string Script =
        "trap '' INT HUP TERM QUIT; read -r _; [ \"/proc/$1/cwd\" -ef \"$0\" ] && kill -9 \"$1\"; rm -rf \"$0\"";

    private readonly Process _shell;

    public ProcessGuard(int processId, string folder) =>
        _shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", Script, folder, $"{processId}"]) { RedirectStandardInput = true })!;

    public void Dispose()
    {
        _shell.Kill();
        _shell.WaitForExit();
        _shell.Dispose();
    }
}
