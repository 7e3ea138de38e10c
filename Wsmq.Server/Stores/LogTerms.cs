namespace Wsmq.Server.Stores;

/// <summary>
/// What few messages to a log have: a condition, state, a sequence, a time to live, and a record of what becomes of them; a job can have a
/// sequence. Part of an <see cref="AppendRequest"/>.
/// </summary>
internal sealed record LogTerms
{
    /// <summary>The entry is stored only if this is the tail of the log; null if any is.</summary>
    public WsmqPosition? ExpectedTail { get; init; }

    /// <summary>
    /// The key of which the entry becomes the state, in place of the one before; null if it is no state. Where the limits do not allow that, it is
    /// refused; if it has waited, it is appended and does not become state.
    /// </summary>
    public string? StateKey { get; init; }

    /// <summary>Whether the entry removes the state of the key instead.</summary>
    public bool RemovesState { get; init; }

    /// <summary>The place of the entry in a sequence, by which it is recognized instead of its id; null if it has none.</summary>
    public SequenceTerms? Sequence { get; init; }

    /// <summary>The most keys that the state of the address may have with this entry.</summary>
    public int MaxStateKeys { get; init; } = int.MaxValue;

    /// <summary>The most bytes that keys and entries of the state of the address may have with this entry.</summary>
    public int MaxStateBytes { get; init; } = int.MaxValue;

    /// <summary>
    /// How long the entry may wait for its delivery, in µs; 0 without a limit. Afterwards it is removed, see <see cref="IExpiryStore"/>.
    /// </summary>
    public long Life { get; init; }

    /// <summary>Set if the entry is tracked, see <see cref="ITrackingStore"/>.</summary>
    public TrackTerms? Track { get; init; }
}
