namespace Wsmq;

/// <summary>How one message of many fared: either a receipt or an error.</summary>
/// <param name="Receipt">The receipt, where it was stored.</param>
/// <param name="Error">Why not, where it was not.</param>
public sealed record WsmqSendResult(WsmqReceipt? Receipt, WsmqException? Error);
