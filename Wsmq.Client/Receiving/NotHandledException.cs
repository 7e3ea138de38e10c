namespace Wsmq;

/// <summary>An attempt at a message that failed before a handler had it.</summary>
/// <param name="operation">What the app is told that the client was doing; null where it is not told.</param>
/// <param name="cause">What it is told.</param>
/// <param name="reason">What the server is told; null for what the app says about the cause.</param>
internal sealed class NotHandledException(WsmqOperation? operation, Exception cause, string? reason = null) : Exception(cause.Message, cause)
{
    public WsmqOperation? Operation { get; } = operation;

    public Exception Cause { get; } = cause;

    public string? Reason { get; } = reason;
}
