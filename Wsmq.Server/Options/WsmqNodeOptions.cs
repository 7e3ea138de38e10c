namespace Wsmq;

/// <summary>What a node tells operators of itself, and how it asks the other nodes.</summary>
public sealed class WsmqNodeOptions
{
    /// <summary>
    /// The name of the node in <see cref="IWsmqNodes"/>; several nodes may have the same one. Default null: the name of the machine; 1 to
    /// 128 characters.
    /// </summary>
    public string? Name { get; set; }

    /// <summary>
    /// How long an answer of the other nodes is waited for; nodes that have not answered by then are named. Default 1 second; 50 ms to
    /// 30 seconds.
    /// </summary>
    public TimeSpan AnswerTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long a node stays registered after it was last heard of: until then a crashed node is named as missing. A node registers again
    /// every 5 seconds, or four times in this time if that is more often. Default 20 seconds; 1 second to 1 hour.
    /// </summary>
    public TimeSpan Expiry { get; set; } = TimeSpan.FromSeconds(20);
}
