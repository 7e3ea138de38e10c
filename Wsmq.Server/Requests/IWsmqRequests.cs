namespace Wsmq;

/// <summary>
/// Makes requests from the app itself: a singleton, to inject anywhere. The authorizer is not called, no limit of a user applies, and requests
/// carry no sender.
/// </summary>
public interface IWsmqRequests
{
    /// <summary>
    /// Makes a request, and returns its reply. One to a user or a group is given to one connection, or to a handler of the app, on any node; it is
    /// not stored, and handled at most once. One to a work queue is a job for as long as the request waits.
    /// </summary>
    /// <param name="to">The address.</param>
    /// <param name="body">The body, serialized with <see cref="WsmqPublishOptions.Json"/> and named as its run-time type.</param>
    /// <param name="timeout">
    /// How long to wait, at most <see cref="WsmqRequestOptions.MaxTimeout"/>. When it is over nobody handles the request any more.
    /// </param>
    /// <param name="cancellationToken">Cancels the request: who works on it is told.</param>
    /// <typeparam name="TReply">The type of the reply's body.</typeparam>
    /// <returns>The body of the reply; the default of the type where it is JSON null or there is none.</returns>
    /// <inheritdoc cref="RequestAsync(WsmqOutgoingMessage, TimeSpan, CancellationToken)" path="/exception"/>
    /// <exception cref="System.Text.Json.JsonException">The reply does not fit the type.</exception>
    Task<TReply?> RequestAsync<TReply>(WsmqAddress to, object body, TimeSpan timeout, CancellationToken cancellationToken = default);

    /// <summary>Makes a request in its wire form, and returns the reply in its wire form.</summary>
    /// <param name="message">
    /// The request: address, type, body or data, headers, correlation id; to a work queue also key and priority. Other fields are refused.
    /// </param>
    /// <param name="timeout">How long to wait, at most <see cref="WsmqRequestOptions.MaxTimeout"/>.</param>
    /// <param name="cancellationToken">Cancels the request: who works on it is told.</param>
    /// <returns>The reply.</returns>
    /// <exception cref="WsmqException">
    /// <c>no-responder</c>: nobody answers such requests there, and nothing was handled. <c>responder-busy</c>: too many wait already.
    /// <c>request-timeout</c>: no reply in time; the request may have been handled. <c>request-failed</c>: the responder has refused it or has
    /// failed; <see cref="Exception.InnerException"/> is a <see cref="WsmqRequestException"/> with a code. Or what a send is refused with.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    Task<WsmqReply> RequestAsync(WsmqOutgoingMessage message, TimeSpan timeout, CancellationToken cancellationToken = default);
}
