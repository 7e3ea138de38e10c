using System.Diagnostics;

namespace Wsmq.Benchmarks.Load;

/// <summary>
/// An open loop: sends messages when they are due, at a fixed total rate, from the senders in turn, whether or not answers arrive. A late
/// message keeps its due time, so that a stall shows in the latencies and does not reduce the load.
/// </summary>
internal sealed class Pacer(IReadOnlyList<Sender> senders, int messagesPerSecond, LoadFailure failure) : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private Thread? _thread;

    public void Start()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "pacer" };
        _thread.Start();
    }

    /// <summary>Returns once the last message was passed on. Idempotent.</summary>
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
            PreciseWait.Until(due);
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
}
