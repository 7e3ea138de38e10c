namespace Wsmq.Faults;

/// <summary>Timeouts and durations of faults: short ones for a short run, those of production for a campaign.</summary>
internal sealed record Timings
{
    public required TimeSpan CommandTimeout { get; init; }

    public required TimeSpan TailCheck { get; init; }

    /// <summary>The time without data from the other side after which each side considers a connection lost.</summary>
    public required TimeSpan ConnectionTimeout { get; init; }

    /// <summary>The maximum duration of a fault; the minimum is half of it.</summary>
    public required TimeSpan Fault { get; init; }

    /// <summary>The maximum duration of a Redis pause.</summary>
    public required TimeSpan RedisPause { get; init; }

    /// <summary>The time without an answer after which the sentinels replace a primary. A busy machine must not exceed it.</summary>
    public required TimeSpan SentinelDownAfter { get; init; }

    /// <summary>The duration of the lease of a job.</summary>
    public required TimeSpan Lease { get; init; }

    public required int StampedeClients { get; init; }

    public TimeSpan BeyondTimeout => ConnectionTimeout * 1.5;

    public static Timings For(double minutes, int? stampede) => minutes < 2
        ? new Timings
        {
            CommandTimeout = TimeSpan.FromSeconds(2), TailCheck = TimeSpan.FromSeconds(1), ConnectionTimeout = TimeSpan.FromSeconds(3),
            Fault = TimeSpan.FromSeconds(3), RedisPause = TimeSpan.FromSeconds(minutes < 0.9 ? 4 : 12), SentinelDownAfter = TimeSpan.FromSeconds(3), Lease = TimeSpan.FromSeconds(5),
            StampedeClients = stampede ?? 100,
        }
        : new Timings
        {
            CommandTimeout = TimeSpan.FromSeconds(5), TailCheck = TimeSpan.FromSeconds(10), ConnectionTimeout = TimeSpan.FromSeconds(8),
            Fault = TimeSpan.FromSeconds(8), RedisPause = TimeSpan.FromSeconds(30), SentinelDownAfter = TimeSpan.FromSeconds(10), Lease = TimeSpan.FromSeconds(10),
            StampedeClients = stampede ?? 5_000,
        };
}
