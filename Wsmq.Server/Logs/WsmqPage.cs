namespace Wsmq;

/// <summary>
/// A part of what is searched. It may be short or empty although there is more, because a page looks at a bounded part only.
/// </summary>
/// <typeparam name="T">What is searched.</typeparam>
public sealed class WsmqPage<T>
{
    /// <summary>What was found.</summary>
    public required IReadOnlyList<T> Items { get; init; }

    /// <summary>What to pass to the next call; null once everything was searched. Opaque.</summary>
    public string? Next { get; init; }

    /// <summary>
    /// How many addresses, entries or dead letters this page has looked at; on Redis, for addresses, how many keys,
    /// and for dead letters the readers as well.
    /// </summary>
    public long Scanned { get; init; }
}
