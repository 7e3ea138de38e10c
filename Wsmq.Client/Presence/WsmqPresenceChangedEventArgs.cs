namespace Wsmq;

/// <summary>Data of <see cref="WsmqPresenceWatch.Changed"/>.</summary>
/// <param name="state">What is known now.</param>
/// <param name="changes">What has changed.</param>
/// <param name="isFirst">Whether nothing was known before.</param>
public sealed class WsmqPresenceChangedEventArgs(
    WsmqPresenceState state, IReadOnlyList<WsmqUserPresenceChange> changes, bool isFirst) : EventArgs
{
    /// <summary>The presence as a whole, as it is after the changes.</summary>
    public WsmqPresenceState State { get; } = state;

    /// <summary>
    /// The users whose presence has changed, each with what it was and what it is; the first time those who are there. Empty where only the
    /// counts of a large group are known.
    /// </summary>
    public IReadOnlyList<WsmqUserPresenceChange> Changes { get; } = changes;

    /// <summary>Whether nothing was known before.</summary>
    public bool IsFirst { get; } = isFirst;
}
