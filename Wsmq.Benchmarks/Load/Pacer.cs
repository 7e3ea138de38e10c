using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Wsmq.Benchmarks.Load;

/// <summary>
/// An open loop: sends what is due, at a fixed rate over all senders in turn, whether or not anything came back. A late message
/// keeps the time at which it was due, so that a stall shows in the latencies instead of thinning the load.
/// </summary>
internal sealed partial class Pacer(IReadOnlyList<Sender> senders, int messagesPerSecond, LoadFailure failure) : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private Thread? _thread;

    public void Start()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "pacer" };
        _thread.Start();
    }

    /// <summary>Returns once the last message was handed on; may be called again.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _thread?.Join();
    }

    private void Run()
    {
        var start = Stopwatch.GetTimestamp();
        for (var sent = 0L; !_stop.IsCancellationRequested; sent++)
        {
            var due = start + (sent * Stopwatch.Frequency / messagesPerSecond);
            WaitFor(due);
            var sending = senders[(int)(sent % senders.Count)].SendAsync(due);
            if (!sending.IsCompletedSuccessfully)
                _ = ObserveAsync(sending);
        }
    }

    private async Task ObserveAsync(ValueTask sending)
    {
        try
        {
            await sending;
        }
        catch (Exception e)
        {
            failure.Set(e);
        }
    }

    // Thread.Sleep has whole milliseconds, more than what is measured; spinning would take one of the peers' cores.
    private static void WaitFor(long due)
    {
        while (Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due) is { Ticks: > 0 } rest)
        {
            var sleep = new Timespec(0, (nint)Math.Min(rest.Ticks * 100, 900_000_000));
            _ = Sleep(in sleep, 0);
        }
    }

    private readonly record struct Timespec(nint Seconds, nint Nanoseconds);

    [LibraryImport("libc", EntryPoint = "nanosleep")]
    private static partial int Sleep(in Timespec time, nint remaining);
}
