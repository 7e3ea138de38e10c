namespace Wsmq;

/// <summary>An attempt to handle a message failed before a handler was called.</summary>
/// <param name="operation">The operation in the app's <c>Error</c> event; null where none is raised.</param>
/// <param name="cause">The exception in that event.</param>
/// <param name="reason">The reason in the nack; null to use the app's <c>NackReasonProvider</c> of the cause.</param>
internal sealed class NotHandledException(WsmqClientOperation? operation, Exception cause, string? reason = null) : Exception(cause.Message, cause)
{
    public WsmqClientOperation? Operation { get; } = operation;

    public Exception Cause { get; } = cause;

    public string? Reason { get; } = reason;
}
