namespace Wsmq;

/// <summary>A request as a handler gets it. What the handler returns is the reply.</summary>
/// <param name="body">The body.</param>
/// <param name="request">The request as it came.</param>
/// <typeparam name="T">The type of the body.</typeparam>
public sealed class WsmqRequest<T>(T body, WsmqIncomingRequest request)
{
    /// <summary>The body.</summary>
    public T Body => body;

    /// <summary>The identifier of the user who made the request, set by the server; null where the app itself made it.</summary>
    public string? Sender => request.Sender;

    /// <summary>The address that the request was sent to: the own user, a group or a work queue.</summary>
    public WsmqAddress Address { get; } = WsmqAddress.Parse(request.To);

    /// <summary>The headers from the requester; empty where there are none.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; } = request.Headers ?? new Dictionary<string, string>();

    /// <summary>What the requester set to correlate; null where it set nothing.</summary>
    public string? CorrelationId => request.CorrelationId;

    /// <summary>
    /// How long the requester still waited when the request arrived; the token of the handler is cancelled then. Null for a job of a work queue,
    /// whose token is cancelled as well.
    /// </summary>
    public TimeSpan? Timeout { get; } = request.Timeout > 0 ? TimeSpan.FromMilliseconds(request.Timeout) : null;

    /// <summary>The request as it came, with its id and type.</summary>
    public WsmqIncomingRequest Message => request;
}
