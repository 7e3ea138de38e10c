namespace Wsmq;

/// <summary>
/// Thrown where wsmq refuses a call or cannot complete it. <see cref="Error"/> identifies the error and whether a retry can succeed.
/// </summary>
public sealed class WsmqException : Exception
{
    /// <summary>Creates an exception for an error of <see cref="WsmqErrors"/>.</summary>
    /// <param name="error">The error.</param>
    /// <param name="detail">
    /// What was wrong in this case; added to the message in parentheses. It must not contain secrets or message bodies.
    /// </param>
    /// <param name="innerException">The cause, or null.</param>
    public WsmqException(WsmqError error, string? detail = null, Exception? innerException = null)
        : base(Required(error).Format(detail, null), innerException)
    {
        Error = error;
    }

    internal WsmqException(WsmqError error, TimeSpan retryAfter, string? detail = null)
        : base(Required(error).Format(detail, retryAfter))
    {
        (Error, RetryAfter) = (error, retryAfter);
    }

    private WsmqException(string message, WsmqError error, TimeSpan? retryAfter, Exception inner)
        : base(message, inner) => (Error, RetryAfter) = (error, retryAfter);

    /// <summary>The error: one of <see cref="WsmqErrors"/>, or one read from the wire that only a newer server knows.</summary>
    public WsmqError Error { get; }

    /// <summary>How long to wait before the call is repeated; null where the server states no time.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>Reads the error from another exception's message (a SignalR <c>HubException</c>); null where it carries none.</summary>
    internal static WsmqException? From(Exception exception) =>
        WsmqError.TryRead(exception.Message, out var error, out var wireText, out var retryAfter)
            ? new WsmqException(
                wireText, error, retryAfter, (error == WsmqErrors.RequestFailed ? WsmqRequestException.Find(wireText) : null) ?? exception)
            : null;

    /// <summary>A new exception with the same error, to throw to another caller.</summary>
    internal WsmqException Again() => new(Message, Error, RetryAfter, this);

    private static WsmqError Required(WsmqError? error) => error ?? throw new ArgumentNullException(nameof(error));
}
