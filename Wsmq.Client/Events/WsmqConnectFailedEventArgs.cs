using System.Net;

namespace Wsmq;

/// <summary>Data of <see cref="WsmqClient.ConnectFailed"/>: an attempt to connect failed.</summary>
/// <param name="attempts">The number of failed attempts in a row, including this one.</param>
/// <param name="exception">The error; a <see cref="WsmqException"/> where it has a code.</param>
/// <param name="statusCode">The HTTP status with which the server refused the connection, or null.</param>
/// <param name="cause">What happened and what to do, for a person.</param>
/// <param name="retryAfter">The time until the next attempt; null where there is none.</param>
public sealed class WsmqConnectFailedEventArgs(int attempts, Exception exception, HttpStatusCode? statusCode, string cause, TimeSpan? retryAfter)
    : EventArgs
{
    /// <summary>The number of failed attempts in a row, including this one.</summary>
    public int Attempts { get; } = attempts;

    /// <summary>The error; a <see cref="WsmqException"/> where it has a code.</summary>
    public Exception Exception { get; } = exception;

    /// <summary>The HTTP status with which the server refused the connection; null where it failed without an HTTP response.</summary>
    public HttpStatusCode? StatusCode { get; } = statusCode;

    /// <summary>What happened and what to do, for a person, for example that the URL lacks the path of the hub.</summary>
    public string Cause { get; } = cause;

    /// <summary>The time until the next attempt; null where there is none.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;
}
