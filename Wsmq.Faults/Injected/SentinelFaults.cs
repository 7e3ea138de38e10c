using Wsmq.Faults.History;
using Wsmq.Faults.Stores;
using Wsmq.Testing;

namespace Wsmq.Faults.Injected;

/// <summary>
/// The sentinels replace a primary that is down. Once it runs again it is still a primary, until they make it a replica: what is written to
/// it until then is lost, so nodes must not write to it.
/// </summary>
internal abstract class SentinelFault(string name) : Fault(name, StoreName.Sentinel)
{
    // The maximum replication lag of a connected replica.
    private static readonly TimeSpan Lag = TimeSpan.FromSeconds(1);

    public override string Takes => Hold.Store;

    public override async Task RunAsync(FaultContext context)
    {
        var store = (SentinelStore)context.Deployment;
        var old = store.Primary;
        context.History.Add(new HistoryEvent { Kind = EventKind.TailAtRisk });
        await Task.Delay(Lag, context.Stop);
        await TakeAwayAsync(old);
        try
        {
            var primary = await store.FailedOverAsync();
            context.History.Add(new HistoryEvent { Kind = EventKind.Promoted });
            context.Note($"{primary.EndPoint} replaces {old.EndPoint}");
            await context.LastAsync();
        }
        finally
        {
            await BringBackAsync(old);
        }

        context.Note($"{old.EndPoint} runs again");
        await store.FollowsAsync(old);
    }

    protected abstract Task TakeAwayAsync(RedisServer server);

    protected abstract Task BringBackAsync(RedisServer server);
}

/// <summary>Kills the primary, as by kill -9: it restarts with the data that is on disk, and without connections.</summary>
internal sealed class SentinelKill() : SentinelFault("sentinel-kill")
{
    protected override Task TakeAwayAsync(RedisServer server) => server.StopAsync(kill: true);

    protected override Task BringBackAsync(RedisServer server) => server.RestartAsync();
}

/// <summary>Suspends the primary: it resumes with all of its connections, and with the commands that were sent to it meanwhile.</summary>
internal sealed class SentinelPause() : SentinelFault("sentinel-pause")
{
    protected override Task TakeAwayAsync(RedisServer server)
    {
        server.Pause();
        return Task.CompletedTask;
    }

    protected override Task BringBackAsync(RedisServer server)
    {
        server.Continue();
        return Task.CompletedTask;
    }
}
