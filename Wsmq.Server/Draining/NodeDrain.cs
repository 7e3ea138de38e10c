using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Hubs;

namespace Wsmq.Server.Draining;

/// <summary>
/// Takes a node out of service while it still serves: it is not ready first, then it takes no new connections, tells its clients to
/// leave, and goes on delivering and storing until they have. Whoever stays is closed at the end, so that it may come back elsewhere.
/// </summary>
internal sealed class NodeDrain(
    ConnectionRegistry connections,
    DrainState state,
    IOptions<WsmqOptions> options,
    TimeProvider time,
    WsmqMetrics metrics,
    ILogger<NodeDrain> logger)
{
    // How often it looks whether everybody has left, and for those who slipped in.
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    // The same where nobody is given time, and how long the close frames have to reach their clients before the connections are gone.
    private static readonly TimeSpan ShortLook = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Goodbye = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, Guest> _guests = new(StringComparer.Ordinal);
    private readonly DrainPlan _plan = DrainPlan.Of(options.Value.Drain);
    private long _began;

    private TimeSpan Elapsed => time.GetElapsedTime(_began);

    /// <summary>
    /// Runs the drain while its caller waits: SignalR closes all connections once the callbacks of the app's stopping have returned,
    /// and not before. To be registered behind SignalR's own callback, because the last one registered is called first.
    /// </summary>
    public void Run() => Task.Run(RunAsync).GetAwaiter().GetResult();

    private async Task RunAsync()
    {
        _began = time.GetTimestamp();
        state.Stop();
        try
        {
            if (options.Value.Drain.Timeout == TimeSpan.Zero)
                await CloseAllAsync();
            else if (!connections.IsEmpty)
                await DrainAsync();
        }
        catch (Exception e)
        {
            // The app must stop nevertheless.
            Log.DrainFailed(logger, e);
        }

        state.Refuse();
    }

    private Task CloseAllAsync()
    {
        state.Refuse();
        return WaitAsync(Goodbye, ShortLook, () =>
        {
            foreach (var connection in connections.All)
            {
                var guest = new Guest(connection, TimeSpan.Zero);
                if (_guests.TryAdd(connection.ConnectionId, guest))
                    guest.Close();
            }
        });
    }

    private async Task DrainAsync()
    {
        Log.DrainBegan(logger, connections.Count, options.Value.Drain.Timeout);
        metrics.DrainBegan();
        await WaitAsync(_plan.TellFrom, Look, () => { });
        state.Refuse();
        await WaitAsync(_plan.End, Look, TellAndClose);
        var cut = connections.All;
        foreach (var connection in cut)
            connection.Abort();
        var closed = _guests.Values.Count(g => g.IsClosed);
        metrics.DrainEnded(_guests.Count - closed, closed);
        Log.DrainEnded(logger, _guests.Count - closed, closed, cut.Count, Elapsed);
    }

    private async Task WaitAsync(TimeSpan until, TimeSpan look, Action meanwhile)
    {
        while (!connections.IsEmpty && Elapsed < until)
        {
            meanwhile();
            await Task.Delay(look, time);
        }
    }

    private void TellAndClose()
    {
        var now = Elapsed;
        foreach (var connection in connections.All)
        {
            if (!_guests.TryGetValue(connection.ConnectionId, out var guest))
            {
                _guests.Add(connection.ConnectionId, guest = new Guest(connection, _plan.CloseFrom + Part(_plan.Spread)));
                guest.Tell(Part(_plan.Spread));
            }

            if (now >= guest.CloseAt)
                guest.Close();
        }
    }

#pragma warning disable CA5394 // Spreads clients; nothing secret depends on it.
    private static TimeSpan Part(TimeSpan of) => of * Random.Shared.NextDouble();
#pragma warning restore CA5394
}
