namespace Wsmq;

/// <summary>
/// How long to wait before something is tried again: the limit doubles with every attempt from <see cref="Min"/> up to
/// <see cref="Max"/>, and the wait is a random part of it, so that many clients do not come back at the same moment.
/// </summary>
public sealed class WsmqBackoffOptions
{
    /// <summary>The limit of the first wait; the wait lies between half of it and all of it. 1 ms to 1 hour.</summary>
    public TimeSpan Min { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>What the limit grows to. Not below <see cref="Min"/>; at most 1 day.</summary>
    public TimeSpan Max { get; set; } = TimeSpan.FromSeconds(30);

    // Half fixed, half random: an entirely random wait is sometimes none at all, and then hammers a server that is in trouble.
    internal TimeSpan Next(int attempt)
    {
        var limit = Math.Min(Max.TotalMilliseconds, Min.TotalMilliseconds * Math.Pow(2, Math.Min(attempt, 30)));
        return TimeSpan.FromMilliseconds(limit * (0.5 + Random.Shared.NextDouble() / 2));
    }
}
