namespace Wsmq.Server.Draining;

/// <summary>What is to happen when, counted from the begin of the drain.</summary>
/// <param name="TellFrom">From here on clients are told to leave, each after a time of its own up to the spread.</param>
/// <param name="Spread">Over how much time clients leave, and are closed.</param>
/// <param name="CloseFrom">From here on those that are still there are closed, each after a time of its own up to the spread.</param>
/// <param name="End">Who is left is cut off.</param>
internal readonly record struct DrainPlan(TimeSpan TellFrom, TimeSpan Spread, TimeSpan CloseFrom, TimeSpan End)
{
    // The parts of the time that must remain for clients that take their time, between the two spreads and behind the second.
    private const double MostOfSpread = 0.4;
    private const double MostOfGrace = 0.1;

    // For a client to hear that it is closed.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    public static DrainPlan Of(WsmqDrainOptions options)
    {
        var time = options.Timeout - options.ReadinessDelay;
        var spread = Least(options.Spread, time * MostOfSpread);
        return new DrainPlan(options.ReadinessDelay, spread, options.Timeout - spread - Least(Grace, time * MostOfGrace), options.Timeout);
    }

    private static TimeSpan Least(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
