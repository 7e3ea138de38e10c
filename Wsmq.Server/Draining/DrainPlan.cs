namespace Wsmq.Server.Draining;

/// <summary>The times of a drain, counted from its start.</summary>
/// <param name="AskFrom">From here on each client is asked to reconnect, after a random delay of at most the spread.</param>
/// <param name="Spread">The time over which clients reconnect, and over which remaining connections are closed.</param>
/// <param name="CloseFrom">From here on each remaining connection is closed, after a random delay of at most the spread.</param>
/// <param name="End">The remaining connections are aborted.</param>
internal readonly record struct DrainPlan(TimeSpan AskFrom, TimeSpan Spread, TimeSpan CloseFrom, TimeSpan End)
{
    // The maximum fractions of the drain for each of the two spreads, and for the grace at the end. The rest is time for slow clients.
    private const double MostOfSpread = 0.4;
    private const double MostOfGrace = 0.1;

    // Time for a client to receive the close message.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    public static DrainPlan Of(WsmqDrainOptions options)
    {
        var time = options.Timeout - options.ReadinessDelay;
        var spread = Least(options.Spread, time * MostOfSpread);
        return new DrainPlan(options.ReadinessDelay, spread, options.Timeout - spread - Least(Grace, time * MostOfGrace), options.Timeout);
    }

    private static TimeSpan Least(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
