namespace Wsmq;

/// <summary>Headers of the replayed message of a dead letter.</summary>
public static class WsmqReplayHeaders
{
    /// <summary>The address whose log contained the original message.</summary>
    public const string Source = "wsmq-replay-source";

    /// <summary>The position of the original message in that log.</summary>
    public const string Position = "wsmq-replay-position";
}
