namespace Wsmq;

/// <summary>
/// Waits between attempts, with exponential backoff and jitter: the limit doubles with every attempt from <see cref="Min"/> up to
/// <see cref="Max"/>, and each wait is a random value between half of the limit and all of it, so that many clients do not retry at the
/// same moment.
/// </summary>
public sealed class WsmqBackoffOptions
{
    /// <summary>The limit of the first wait. Default 100 ms; 1 ms to 1 hour.</summary>
    public TimeSpan Min { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The highest limit. The default depends on the option; at least <see cref="Min"/>, at most 1 day.</summary>
    public TimeSpan Max { get; set; } = TimeSpan.FromSeconds(30);

    // Half fixed, half random: an entirely random wait is sometimes close to zero, and adds load to a server in trouble.
    internal TimeSpan Next(int attempt)
    {
        var limit = Math.Min(Max.TotalMilliseconds, Min.TotalMilliseconds * Math.Pow(2, Math.Min(attempt, 30)));
        return TimeSpan.FromMilliseconds(limit * (0.5 + Random.Shared.NextDouble() / 2));
    }
}
