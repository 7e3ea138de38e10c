namespace Wsmq;

/// <summary>
/// Data of <see cref="WsmqClient.Error"/>: an error that has no caller to throw to. <see cref="WsmqClientOperation"/> describes what happens
/// next.
/// </summary>
/// <param name="operation">The operation that failed.</param>
/// <param name="exception">The error; a <see cref="WsmqException"/> where it has a code.</param>
/// <param name="delivery">The message that was being handled, or null.</param>
public sealed class WsmqErrorEventArgs(WsmqClientOperation operation, Exception exception, WsmqDelivery? delivery) : EventArgs
{
    /// <summary>The operation that failed.</summary>
    public WsmqClientOperation Operation { get; } = operation;

    /// <summary>The error; a <see cref="WsmqException"/> where it has a code.</summary>
    public Exception Exception { get; } = exception;

    /// <summary>The message that was being handled; null where the error does not concern a message.</summary>
    public WsmqDelivery? Delivery { get; } = delivery;
}
