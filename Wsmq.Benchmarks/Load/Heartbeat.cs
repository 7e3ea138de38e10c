using System.Diagnostics;
using Wsmq.Benchmarks.Nodes;

namespace Wsmq.Benchmarks.Load;

/// <summary>
/// The timers of every connection: acknowledges in each interval what no batch has acknowledged, and pings every tenth time, because a node
/// closes a connection that is silent for 30 s. Both are spread evenly, because real clients do not act at the same moment.
/// </summary>
/// <param name="receivers">The receivers that acknowledge by time.</param>
/// <param name="connections">All connections.</param>
/// <param name="failure">Where a failure goes.</param>
internal sealed class Heartbeat(IReadOnlyList<Receiver> receivers, IReadOnlyList<Connection> connections, LoadFailure failure) : IAsyncDisposable
{
    private const int AckEveryTicks = 200;
    private const int PingEveryTicks = 10 * AckEveryTicks;
    private readonly CancellationTokenSource _stop = new();
    private Task _loop = Task.CompletedTask;

    public void Start() => _loop = Task.Run(RunAsync);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            var (duration, began, tick) = (Acknowledger.Interval / AckEveryTicks, Stopwatch.GetTimestamp(), 0L);
            using var timer = new PeriodicTimer(duration);
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                // On a busy machine the timer skips ticks; clients would not.
                for (var due = Stopwatch.GetElapsedTime(began) / duration; tick < due; tick++)
                    await TickAsync(tick);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Stopped.
        }
        catch (Exception e)
        {
            failure.Set(e);
        }
    }

    private async Task TickAsync(long tick)
    {
        for (var i = (int)(tick % AckEveryTicks); i < receivers.Count; i += AckEveryTicks)
            await receivers[i].FlushAsync();
        for (var i = (int)(tick % PingEveryTicks); i < connections.Count; i += PingEveryTicks)
            await connections[i].PingAsync();
    }
}
