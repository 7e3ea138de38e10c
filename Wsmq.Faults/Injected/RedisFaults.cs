using System.Globalization;
using Wsmq.Faults.Nodes;
using Wsmq.Faults.Stores;
using Wsmq.Testing;

namespace Wsmq.Faults.Injected;

/// <summary>Kills Redis, as by kill -9, and starts it again with the data that is on disk.</summary>
internal sealed class RedisKill() : Fault("redis-kill", StoreName.Redis, StoreName.Replica, StoreName.Receipts)
{
    public override string Takes => Hold.Store;

    public override async Task RunAsync(FaultContext context)
    {
        var redis = ((IRedisPrimary)context.Deployment).Primary;
        await redis.StopAsync(kill: true);
        await context.LastAsync();
        await redis.RestartAsync();
    }
}

/// <summary>Suspends Redis: it answers nothing, its connections stay open. Resumed later.</summary>
internal sealed class RedisPause() : Fault("redis-pause", StoreName.Redis, StoreName.Replica, StoreName.Receipts)
{
    public override string Takes => Hold.Store;

    public override TimeSpan LengthOf(Timings timings) => timings.RedisPause;

    public override async Task RunAsync(FaultContext context)
    {
        var process = ((IRedisPrimary)context.Deployment).Primary.ProcessId!.Value;
        Signals.Pause(process);
        await context.LastAsync();
        Signals.Resume(process);
    }
}

/// <summary>Redis is out of memory: it refuses every command that needs some.</summary>
internal sealed class RedisFull() : Fault("redis-full", StoreName.OnePrimary)
{
    public override string Takes => Hold.Store;

    public override async Task RunAsync(FaultContext context)
    {
        var redis = ((IRedisPrimary)context.Deployment).Primary;
        await SetAsync(redis, "maxmemory 1");
        await context.LastAsync();
        await SetAsync(redis, "maxmemory 0");
    }

    private static Task SetAsync(RedisServer redis, string setting) => Eventually.That($"the server applies {setting}", async () =>
        (await redis.CommandAsync($"CONFIG SET {setting}")).StartsWith("+OK", StringComparison.Ordinal));
}

/// <summary>The server closes connections of one type, repeatedly.</summary>
internal abstract class ClientKill(string name, string type) : Fault(name, [.. StoreName.OnePrimary, StoreName.Cluster])
{
    public override string Takes => Hold.Store;

    public override async Task RunAsync(FaultContext context)
    {
        var servers = context.Deployment is ClusterStore cluster
            ? await cluster.PrimariesAsync()
            : [((IRedisPrimary)context.Deployment).Primary];
        for (var round = 0; round < 3; round++)
        {
            foreach (var server in servers)
                await server.CommandAsync($"CLIENT KILL TYPE {type}");
            await Task.Delay(context.Length / 3, context.Stop);
        }
    }
}

internal sealed class PubSubKill() : ClientKill("pubsub-kill", "pubsub");

internal sealed class CommandKill() : ClientKill("command-kill", "normal");

/// <summary>Steps the wall clock of Redis forwards and backwards. Positions are derived from it.</summary>
internal sealed class ClockStep() : Fault("clock", StoreName.Redis)
{
    // A step forwards shortens the time for which ids are remembered (2 minutes), and a client may repeat a send for half a minute.
    private const int MostSeconds = 45;

    public override string Takes => Hold.Store;

    public override async Task RunAsync(FaultContext context)
    {
        var clock = ((SingleRedis)context.Deployment).Clock ?? throw new RunFailedException(FakeClock.Missing);
        foreach (var sign in context.Random.Next(2) == 0 ? new[] { 1, -1, 0 } : [-1, 1, 0])
        {
            var seconds = sign * context.Random.Next(1, MostSeconds);
            clock.Step(TimeSpan.FromSeconds(seconds));
            context.Note(string.Create(CultureInfo.InvariantCulture, $"{seconds:+0;-0;0} s"));
            await Task.Delay(context.Length / 3, context.Stop);
        }
    }
}
