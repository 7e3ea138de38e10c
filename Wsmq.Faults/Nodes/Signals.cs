using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Wsmq.Faults.Nodes;

/// <summary>Signals to processes that this run started.</summary>
internal static partial class Signals
{
    private const int Term = 15;
    private const int Continue = 18;
    private const int Stop = 19;

    public static void Pause(int processId) => Send(processId, Stop);

    public static void Resume(int processId) => Send(processId, Continue);

    public static void Terminate(int processId) => Send(processId, Term);

    private static void Send(int processId, int signal)
    {
        if (Kill(processId, signal) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int Kill(int processId, int signal);
}
