namespace Wsmq;

/// <summary>
/// Messages of a source will not come: all positions p with <c>After &lt; p &lt; Before</c>. Raised between the message before and
/// the message behind the gap.
/// </summary>
/// <param name="source">The source.</param>
/// <param name="after">The last position before the gap.</param>
/// <param name="before">The first position behind the gap.</param>
/// <param name="reason">One of <see cref="GapReasons"/>.</param>
public sealed class WsmqGapEventArgs(Address source, Position after, Position before, string reason) : EventArgs
{
    /// <summary>The source.</summary>
    public Address Source { get; } = source;

    /// <summary>The last position before the gap.</summary>
    public Position After { get; } = after;

    /// <summary>The first position behind the gap.</summary>
    public Position Before { get; } = before;

    /// <summary>One of <see cref="GapReasons"/>; treat unknown ones like <c>lost</c>.</summary>
    public string Reason { get; } = reason;
}
