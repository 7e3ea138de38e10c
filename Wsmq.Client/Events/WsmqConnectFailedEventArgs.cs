using System.Net;

namespace Wsmq;

/// <summary>An attempt to connect failed.</summary>
/// <param name="attempt">How many have failed in a row, this one included.</param>
/// <param name="exception">The error; a <see cref="WsmqException"/> where there is a code.</param>
/// <param name="status">The HTTP status with which the server refused, or null.</param>
/// <param name="cause">What happened and what to do, for a person.</param>
/// <param name="retryIn">After how long the next attempt follows; null where none does.</param>
public sealed class WsmqConnectFailedEventArgs(int attempt, Exception exception, HttpStatusCode? status, string cause, TimeSpan? retryIn) : EventArgs
{
    /// <summary>How many have failed in a row, this one included.</summary>
    public int Attempt { get; } = attempt;

    /// <summary>The error; a <see cref="WsmqException"/> where there is a code.</summary>
    public Exception Exception { get; } = exception;

    /// <summary>The HTTP status with which the server refused the WebSocket; null where it did not come to that.</summary>
    public HttpStatusCode? Status { get; } = status;

    /// <summary>What happened and what to do, for a person: for example that the path of the hub is missing in the URL.</summary>
    public string Cause { get; } = cause;

    /// <summary>After how long the next attempt follows; null where none does.</summary>
    public TimeSpan? RetryIn { get; } = retryIn;
}
