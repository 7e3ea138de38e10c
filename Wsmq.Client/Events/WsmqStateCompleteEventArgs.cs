namespace Wsmq;

/// <summary>
/// Data of <see cref="WsmqClient.StateComplete"/>: the state of a source was handled, and its log goes on.
/// </summary>
/// <param name="source">The address whose state it is.</param>
/// <param name="position">The position after which the log goes on.</param>
/// <param name="count">The number of messages of the state that the app did not have.</param>
/// <param name="keys">All keys of the state.</param>
public sealed class WsmqStateCompleteEventArgs(WsmqAddress source, WsmqPosition position, int count, IReadOnlyList<string> keys) : EventArgs
{
    /// <summary>The address whose state it is: the user's own queue, or a group.</summary>
    public WsmqAddress Source { get; } = source;

    /// <summary>The position after which the log goes on; messages of the state may have later positions, before a gap.</summary>
    public WsmqPosition Position { get; } = position;

    /// <summary>
    /// The number of messages of the state, without those that the app has already: it got them before, or has set a later position
    /// (<see cref="WsmqClient.ResumeAsync"/>, <see cref="WsmqClient.Snapshot"/>).
    /// </summary>
    public int Count { get; } = count;

    /// <summary>
    /// All keys of the state, those of messages that the app has already included. What the app keeps of other keys was removed, or follows in
    /// the log: forget it.
    /// </summary>
    public IReadOnlyList<string> Keys { get; } = keys;
}
