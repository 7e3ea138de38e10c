using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Wsmq.Testing;

/// <summary>Sends signals to processes that the caller started.</summary>
public static partial class Signals
{
    private const int Int = 2;
    private const int Kill = 9;
    private const int Term = 15;
    private const int Continue = 18;
    private const int Stop = 19;
    private const int NoSuchProcess = 3;

    /// <summary>Suspends the process (SIGSTOP): its connections stay open, and it answers nothing.</summary>
    public static void Pause(int processId) => Send(processId, Stop);

    /// <summary>Resumes it after <see cref="Pause"/> (SIGCONT).</summary>
    public static void Resume(int processId) => Send(processId, Continue);

    /// <summary>Interrupts it, as Ctrl+C in a terminal does (SIGINT).</summary>
    public static void Interrupt(int processId) => Send(processId, Int);

    /// <summary>Requests an orderly stop (SIGTERM).</summary>
    public static void Terminate(int processId) => Send(processId, Term);

    /// <summary>Kills every process of a group (SIGKILL); does nothing if the group has ended already.</summary>
    public static void KillGroup(int leader)
    {
        if (SendTo(-leader, Kill) != 0 && Marshal.GetLastPInvokeError() is var error and not NoSuchProcess)
            throw new Win32Exception(error);
    }

    private static void Send(int processId, int signal)
    {
        if (SendTo(processId, signal) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int SendTo(int processId, int signal);
}
