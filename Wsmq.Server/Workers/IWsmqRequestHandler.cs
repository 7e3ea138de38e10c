namespace Wsmq;

/// <summary>Answers requests of one type in the app; <c>AddWsmq(…).OnRequest</c> adds it. Each request has an instance and a service scope of its own.</summary>
/// <typeparam name="T">The type of the body.</typeparam>
/// <typeparam name="TReply">The type of the reply's body.</typeparam>
public interface IWsmqRequestHandler<T, TReply>
{
    /// <summary>
    /// Answers a request: what it returns is the reply. A <see cref="WsmqRequestException"/> refuses the request with a code and a text; any other
    /// exception is logged, and reaches the requester as <c>handler-failed</c> without its type and message.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Is cancelled when nobody waits for the reply any more, and when the app stops.</param>
    Task<TReply> HandleAsync(WsmqRequest<T> request, CancellationToken cancellationToken);
}
