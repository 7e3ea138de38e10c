namespace Wsmq.Server.Concurrency;

/// <summary>Random parts of a time, so that clients and nodes do not act in step.</summary>
internal static class Jitter
{
#pragma warning disable CA5394 // Nothing secret depends on it.
    public static TimeSpan PartOf(TimeSpan time) => time * Random.Shared.NextDouble();
#pragma warning restore CA5394
}
