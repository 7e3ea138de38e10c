namespace Wsmq;

/// <summary>
/// Data of <see cref="WsmqClient.Gap"/>: messages of a source will not be delivered, those at all positions p with
/// <c>After &lt; p &lt; Before</c>. The event is raised between the message before the gap and the message after it.
/// </summary>
/// <param name="source">The address whose messages are missing.</param>
/// <param name="after">The last position before the gap.</param>
/// <param name="before">The first position after the gap.</param>
/// <param name="reason">One of <see cref="WsmqGapReasons"/>.</param>
public sealed class WsmqGapEventArgs(WsmqAddress source, WsmqPosition after, WsmqPosition before, string reason) : EventArgs
{
    /// <summary>The address whose messages are missing: the user's own queue, or a group.</summary>
    public WsmqAddress Source { get; } = source;

    /// <summary>The last position before the gap.</summary>
    public WsmqPosition After { get; } = after;

    /// <summary>The first position after the gap.</summary>
    public WsmqPosition Before { get; } = before;

    /// <summary>Why the messages are missing: one of <see cref="WsmqGapReasons"/>. Treat an unknown reason as <c>lost</c>.</summary>
    public string Reason { get; } = reason;
}
