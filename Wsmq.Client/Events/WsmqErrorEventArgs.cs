namespace Wsmq;

/// <summary>The client met an error that no caller is there to get; what happens next stands at <see cref="WsmqOperation"/>.</summary>
/// <param name="operation">What the client was doing.</param>
/// <param name="exception">The error; a <see cref="WsmqException"/> where the server gave a code.</param>
/// <param name="delivery">The message it was about, or null.</param>
public sealed class WsmqErrorEventArgs(WsmqOperation operation, Exception exception, WsmqDelivery? delivery) : EventArgs
{
    /// <summary>What the client was doing.</summary>
    public WsmqOperation Operation { get; } = operation;

    /// <summary>The error; a <see cref="WsmqException"/> where the server gave a code.</summary>
    public Exception Exception { get; } = exception;

    /// <summary>The message it was about, or null.</summary>
    public WsmqDelivery? Delivery { get; } = delivery;
}
