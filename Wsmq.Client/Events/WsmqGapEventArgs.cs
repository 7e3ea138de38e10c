namespace Wsmq;

/// <summary>
/// Messages of a source will not come: all positions p with <c>After &lt; p &lt; Before</c>. Raised between the message before and
/// the message behind the gap.
/// </summary>
/// <param name="source">The source.</param>
/// <param name="after">The last position before the gap.</param>
/// <param name="before">The first position behind the gap.</param>
/// <param name="reason">One of <see cref="WsmqGapReasons"/>.</param>
public sealed class WsmqGapEventArgs(WsmqAddress source, WsmqPosition after, WsmqPosition before, string reason) : EventArgs
{
    /// <summary>The source.</summary>
    public WsmqAddress Source { get; } = source;

    /// <summary>The last position before the gap.</summary>
    public WsmqPosition After { get; } = after;

    /// <summary>The first position behind the gap.</summary>
    public WsmqPosition Before { get; } = before;

    /// <summary>One of <see cref="WsmqGapReasons"/>; treat unknown ones like <c>lost</c>.</summary>
    public string Reason { get; } = reason;
}
