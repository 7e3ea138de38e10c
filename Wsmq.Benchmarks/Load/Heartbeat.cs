using Wsmq.Benchmarks.Nodes;

namespace Wsmq.Benchmarks.Load;

/// <summary>
/// The timers of every connection: acknowledges in each interval what no batch has acknowledged, and pings every tenth time, because a node
/// closes a connection that is silent for 30 s. Both are spread evenly, because real clients do not act at the same moment.
/// </summary>
internal sealed class Heartbeat(IReadOnlyList<Receiver> receivers, IReadOnlyList<Sender> senders, bool timedAcks, LoadFailure failure)
    : IAsyncDisposable
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
            using var timer = new PeriodicTimer(Acknowledger.Interval / AckEveryTicks);
            for (var tick = 0; await timer.WaitForNextTickAsync(_stop.Token); tick++)
            {
                for (var i = tick % AckEveryTicks; timedAcks && i < receivers.Count; i += AckEveryTicks)
                    await receivers[i].FlushAsync();
                for (var i = tick % PingEveryTicks; i < receivers.Count + senders.Count; i += PingEveryTicks)
                    await (i < receivers.Count ? receivers[i].Connection : senders[i - receivers.Count].Connection).PingAsync();
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
}
