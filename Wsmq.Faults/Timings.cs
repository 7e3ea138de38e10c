namespace Wsmq.Faults;

/// <summary>Time-outs and lengths of faults: a short run has them short, a campaign as long as the real ones.</summary>
internal sealed record Timings
{
    public required TimeSpan CommandTimeout { get; init; }

    public required TimeSpan TailCheck { get; init; }

    /// <summary>After how long without anything from the other side a connection is lost, on both sides.</summary>
    public required TimeSpan ConnectionTimeout { get; init; }

    /// <summary>The length of a fault lies between half of it and all of it.</summary>
    public required TimeSpan Fault { get; init; }

    /// <summary>How long Redis is paused.</summary>
    public required TimeSpan RedisPause { get; init; }

    /// <summary>After how long without an answer a master is replaced by the sentinels; a busy machine must not look so.</summary>
    public required TimeSpan SentinelDownAfter { get; init; }

    public required int StampedeClients { get; init; }

    public TimeSpan BeyondTimeout => ConnectionTimeout * 1.5;

    public static Timings For(double minutes, int? stampede) => minutes < 2
        ? new Timings
        {
            CommandTimeout = TimeSpan.FromSeconds(2), TailCheck = TimeSpan.FromSeconds(1), ConnectionTimeout = TimeSpan.FromSeconds(3),
            Fault = TimeSpan.FromSeconds(3), RedisPause = TimeSpan.FromSeconds(minutes < 0.9 ? 4 : 12), SentinelDownAfter = TimeSpan.FromSeconds(3), StampedeClients = stampede ?? 100,
        }
        : new Timings
        {
            CommandTimeout = TimeSpan.FromSeconds(5), TailCheck = TimeSpan.FromSeconds(10), ConnectionTimeout = TimeSpan.FromSeconds(8),
            Fault = TimeSpan.FromSeconds(8), RedisPause = TimeSpan.FromSeconds(30), SentinelDownAfter = TimeSpan.FromSeconds(10), StampedeClients = stampede ?? 5_000,
        };
}
