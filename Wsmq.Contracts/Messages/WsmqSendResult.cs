namespace Wsmq;

/// <summary>The result for one message of a call that sends many: a receipt or an error. Exactly one of the two is set.</summary>
/// <param name="Receipt">The receipt where the message was stored; otherwise null.</param>
/// <param name="Exception">The error where the message was refused or its outcome is unknown; otherwise null.</param>
public sealed record WsmqSendResult(WsmqReceipt? Receipt, WsmqException? Exception);
