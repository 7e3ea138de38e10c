namespace Wsmq;

/// <summary>A call that wsmq refused or could not finish; <see cref="Error"/> says which and whether to retry.</summary>
public sealed class WsmqException : Exception
{
    /// <summary>An error of the list.</summary>
    /// <param name="error">Which one.</param>
    /// <param name="detail">What was wrong in this case; no secrets and no message bodies.</param>
    /// <param name="inner">What caused it.</param>
    public WsmqException(WsmqError error, string? detail = null, Exception? inner = null)
        : base(Required(error).Format(detail, null), inner)
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

    /// <summary>Which error of <see cref="WsmqErrors"/>.</summary>
    public WsmqError Error { get; }

    /// <summary>After how long the call may be repeated, where the server says so; null elsewhere.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>Reads the error that another exception's message carries (a SignalR <c>HubException</c>), or null.</summary>
    internal static WsmqException? From(Exception exception) =>
        WsmqError.TryRead(exception.Message, out var error, out var wireText, out var retryAfter)
            ? new WsmqException(wireText, error, retryAfter, exception)
            : null;

    /// <summary>The same error for another caller.</summary>
    internal WsmqException Again() => new(Message, Error, RetryAfter, this);

    private static WsmqError Required(WsmqError? error) => error ?? throw new ArgumentNullException(nameof(error));
}
