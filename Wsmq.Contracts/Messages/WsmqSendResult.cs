namespace Wsmq;

/// <summary>The result for one message of a call that sends many: a receipt or an error. Exactly one of the two is set.</summary>
/// <param name="receipt">The receipt where the message was stored; otherwise null.</param>
/// <param name="exception">The error where the message was refused or its outcome is unknown; otherwise null.</param>
public sealed class WsmqSendResult(WsmqReceipt? receipt, WsmqException? exception)
{
    /// <summary>The receipt where the message was stored; otherwise null.</summary>
    public WsmqReceipt? Receipt { get; } = receipt;

    /// <summary>The error where the message was refused or its outcome is unknown; otherwise null.</summary>
    public WsmqException? Exception { get; } = exception;
}
