using System.Runtime.InteropServices;

namespace Wsmq.Cli.Output;

/// <summary>
/// Whether the program that reads standard output has ended, as <c>head</c> does in <c>wsmq listen | head -1</c>. .NET ignores that, also
/// when it writes: a message would be acknowledged that nobody has seen, and the command would go on for ever.
/// </summary>
internal static class OutputReader
{
    private const int StandardOutput = 1;

    // POLLERR: nobody reads the pipe. POLLHUP: the same for a socket or a terminal. POLLNVAL: there is no output (>&-). They are reported
    // without being asked for.
    private const short EndedMask = 0x08 | 0x10 | 0x20;

    private static readonly Lazy<CancellationToken> Watched = new(Watch);

    /// <summary>Cancelled when the reader ends, also while nothing is printed.</summary>
    public static CancellationToken Ended => Watched.Value;

    /// <summary>Whether it has ended. After a write: otherwise what was written may never be read.</summary>
    public static bool HasEnded => IsObservable && IsEnded(0);

    // Windows has no poll: there a command ends with Ctrl+C.
    private static bool IsObservable => Console.IsOutputRedirected && !OperatingSystem.IsWindows();

    private static CancellationToken Watch()
    {
        if (!IsObservable)
            return CancellationToken.None;
        var ended = new CancellationTokenSource();
        var watcher = new Thread(() =>
        {
            while (!IsEnded(Timeout.Infinite))
            {
                // Interrupted by a signal.
            }

            ended.Cancel();
        }) { IsBackground = true, Name = "reader of standard output" };
        watcher.Start();
        return ended.Token;
    }

    private static bool IsEnded(int milliseconds)
    {
        var output = new PollFd { Descriptor = StandardOutput };
        return Poll(ref output, 1, milliseconds) > 0 && (output.Found & EndedMask) != 0;
    }

    [DllImport("libc", EntryPoint = "poll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Poll(ref PollFd descriptors, nuint count, int milliseconds);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollFd
    {
        public int Descriptor;
        public short Wanted;
        public short Found;
    }
}
