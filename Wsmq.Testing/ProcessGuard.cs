using System.Diagnostics;

namespace Wsmq.Testing;

/// <summary>Ends a process, and deletes its folder, when this program is gone, however it went. Disposing only takes the guard away.</summary>
internal sealed class ProcessGuard : IDisposable
{
    // A shell whose input ends with this program. Ctrl+C reaches it too, and must not end it.
    private const string Script = "trap '' INT; cat > /dev/null; kill -9 \"$1\"; rm -rf \"$0\"";

    private readonly Process _shell;

    public ProcessGuard(int processId, string folder) =>
        _shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", Script, folder, $"{processId}"]) { RedirectStandardInput = true })!;

    public void Dispose()
    {
        _shell.Kill(entireProcessTree: true);
        _shell.WaitForExit();
        _shell.Dispose();
    }
}
