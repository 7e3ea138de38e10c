namespace RsmqBridge;

/// <summary>A message that was received from RSMQ.</summary>
/// <param name="Id">The id that RSMQ has given it.</param>
/// <param name="Content">Its text in UTF-8; null if another program has removed it from the hash.</param>
/// <param name="Receives">How often it was received, this time included.</param>
internal sealed record RsmqMessage(string Id, byte[]? Content, int Receives);

/// <summary>Messages that were received together.</summary>
/// <param name="HiddenUntil">Their score in RSMQ's sorted set, by which the bridge knows that nobody has received them since.</param>
/// <param name="Messages">The messages, in the order of RSMQ.</param>
internal sealed record RsmqBatch(long HiddenUntil, IReadOnlyList<RsmqMessage> Messages);
