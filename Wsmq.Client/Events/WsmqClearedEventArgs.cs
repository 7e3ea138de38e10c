namespace Wsmq;

/// <summary>
/// Data of <see cref="WsmqClient.Cleared"/>: another device of the user has handled a message that is for any device, and that this one has got.
/// </summary>
/// <param name="source">The user's own queue.</param>
/// <param name="position">The position of the message.</param>
public sealed class WsmqClearedEventArgs(WsmqAddress source, WsmqPosition position) : EventArgs
{
    /// <summary>The user's own queue.</summary>
    public WsmqAddress Source { get; } = source;

    /// <summary>The position of the message.</summary>
    public WsmqPosition Position { get; } = position;
}
