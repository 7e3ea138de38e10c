using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization.Metadata;

namespace Wsmq;

/// <content>Requests that wait for a reply, and their answers.</content>
public sealed partial class WsmqClient
{
    /// <summary>
    /// Makes a request, and returns its reply. One to a user or a group is given to one connection that answers such requests
    /// (<see cref="OnRequest{T, TReply}(Func{WsmqRequest{T}, CancellationToken, Task{TReply}}, WsmqAddress?, Action{WsmqRespondOptions}?)"/>), is
    /// not stored, and is handled at most once. One to a work queue is a job for as long as the request waits.
    /// </summary>
    /// <param name="to">The address.</param>
    /// <param name="body">The body; its type and JSON are those of its run-time type, as for a message that is sent.</param>
    /// <param name="timeout">
    /// How long to wait, also for a connection. When it is over nobody handles the request any more. Default null:
    /// <see cref="WsmqClientOptions.RequestTimeout"/>; at most the server's <c>Requests.MaxTimeout</c>, 5 minutes by default.
    /// </param>
    /// <param name="cancellationToken">Cancels the request: who works on it is told.</param>
    /// <typeparam name="TReply">The type of the reply's body.</typeparam>
    /// <returns>The body of the reply; the default of the type where it is JSON null or there is none.</returns>
    /// <inheritdoc cref="RequestAsync(WsmqOutgoingMessage, TimeSpan?, CancellationToken)" path="/exception"/>
    /// <exception cref="System.Text.Json.JsonException">The reply does not fit the type.</exception>
    [RequiresUnreferencedCode(Reflection)]
    [RequiresDynamicCode(Reflection)]
    public async Task<TReply?> RequestAsync<TReply>(
        WsmqAddress to, object body, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        var message = TypedBody.Message(to, body, TypedBody.ByReflection<object>(_options.Json), null);
        return BodyOf(await RequestAsync(message, timeout, cancellationToken).ConfigureAwait(false), TypedBody.ByReflection<TReply>(_options.Json));
    }

    /// <summary>As the other overload, with source-generated JSON metadata for trimmed and native AOT apps.</summary>
    /// <param name="to">The address.</param>
    /// <param name="body">The body.</param>
    /// <param name="bodyInfo">The JSON metadata with which the body is serialized.</param>
    /// <param name="replyInfo">The JSON metadata with which the body of the reply is deserialized.</param>
    /// <param name="timeout">How long to wait; default null: <see cref="WsmqClientOptions.RequestTimeout"/>.</param>
    /// <param name="cancellationToken">Cancels the request: who works on it is told.</param>
    /// <typeparam name="T">The declared type of the body.</typeparam>
    /// <typeparam name="TReply">The type of the reply's body.</typeparam>
    /// <returns>The body of the reply; the default of the type where it is JSON null or there is none.</returns>
    /// <inheritdoc cref="RequestAsync{TReply}(WsmqAddress, object, TimeSpan?, CancellationToken)" path="/exception"/>
    public async Task<TReply?> RequestAsync<T, TReply>(
        WsmqAddress to, T body, JsonTypeInfo<T> bodyInfo, JsonTypeInfo<TReply> replyInfo, TimeSpan? timeout = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(bodyInfo);
        ArgumentNullException.ThrowIfNull(replyInfo);
        return BodyOf(await RequestAsync(TypedBody.Message(to, body, bodyInfo, null), timeout, cancellationToken).ConfigureAwait(false), replyInfo);
    }

    /// <summary>Makes a request in its wire form, and returns the reply in its wire form.</summary>
    /// <param name="message">
    /// The request: address, type, body or data, headers, correlation id; to a work queue also key and priority. Other fields are refused.
    /// </param>
    /// <param name="timeout">How long to wait; default null: <see cref="WsmqClientOptions.RequestTimeout"/>.</param>
    /// <param name="cancellationToken">Cancels the request: who works on it is told.</param>
    /// <returns>The reply.</returns>
    /// <exception cref="WsmqException">
    /// <c>no-responder</c>: nobody answers such requests there, and nothing was handled. <c>responder-busy</c>: too many wait already.
    /// <c>request-timeout</c>: no reply in time; the request may have been handled. <c>request-failed</c>: the responder has refused it or has
    /// failed; <see cref="Exception.InnerException"/> is a <see cref="WsmqRequestException"/> with a code. <c>client-closed</c>: there was no
    /// connection in time. <c>outcome-unknown</c>: the connection was lost while the request was open; it is not repeated. Or what a send is
    /// refused with.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Task<WsmqReply> RequestAsync(WsmqOutgoingMessage message, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        WsmqAddress.Parse(message.To);
        var wait = timeout ?? _options.RequestTimeout;
        if (wait <= TimeSpan.Zero || wait > TimeSpan.FromHours(1))
            throw new WsmqException(WsmqErrors.InvalidMessage, "the timeout of a request is above 0 and at most 1 hour");
        message = message with { Id = message.Id ?? Guid.NewGuid().ToString("N") };
        _messages.CheckContent(message);
        return Run.Calls.RequestAsync(message, wait, cancellationToken);
    }

    /// <summary>
    /// Answers requests of one type: what the handler returns is the reply. Of all connections that answer them, one gets each request. Register
    /// handlers before <see cref="StartAsync"/>; the client offers to answer on each connection.
    /// </summary>
    /// <remarks>
    /// A handler that throws <see cref="WsmqRequestException"/> refuses the request with a code and a text. Any other exception reaches the
    /// requester as the code <c>handler-failed</c> without its type and message, and raises <see cref="Error"/>; of a job of a work queue it ends
    /// the attempt, which the queue repeats while the request waits. When the connection is lost, nobody waits any more for requests to users and
    /// groups, and the tokens of their handlers are cancelled.
    /// </remarks>
    /// <param name="handler">
    /// The handler. Its token is cancelled when nobody waits any more: the time of the request is over, it was cancelled, or the requester is gone.
    /// </param>
    /// <param name="at">
    /// Where: a group that the user reads, or a work queue, for which the authorizer must allow the user to work on it. Default null: the own user.
    /// </param>
    /// <param name="configure">Sets options; several calls for one address change the same ones. May be null.</param>
    /// <typeparam name="T">
    /// The type of the body. It selects requests by its wire name: see <see cref="WsmqMessageTypeAttribute.NameOf"/>.
    /// </typeparam>
    /// <typeparam name="TReply">The type of the reply's body.</typeparam>
    /// <exception cref="InvalidOperationException">The type already has a handler there, or the client has started.</exception>
    /// <exception cref="ArgumentException">An option is invalid; the message names it and the reason.</exception>
    /// <exception cref="WsmqException"><c>no-type-name</c>: no request is made as this type.</exception>
    [RequiresUnreferencedCode(Reflection)]
    [RequiresDynamicCode(Reflection)]
    public void OnRequest<T, TReply>(
        Func<WsmqRequest<T>, CancellationToken, Task<TReply>> handler, WsmqAddress? at = null, Action<WsmqRespondOptions>? configure = null) =>
        OnRequest(TypedBody.ByReflection<T>(_options.Json), TypedBody.ByReflection<TReply>(_options.Json), handler, at, configure);

    /// <summary>Answers requests whose type is given by its name on the wire; otherwise as the overload without <paramref name="type"/>.</summary>
    /// <param name="type">The name of the requests' type on the wire.</param>
    /// <param name="handler">The handler.</param>
    /// <param name="at">Where; default null: the own user.</param>
    /// <param name="configure">Sets options. May be null.</param>
    /// <typeparam name="T">The type that bodies are deserialized to.</typeparam>
    /// <typeparam name="TReply">The type of the reply's body.</typeparam>
    /// <exception cref="InvalidOperationException">The type already has a handler there, or the client has started.</exception>
    /// <exception cref="ArgumentException">An option is invalid; the message names it and the reason.</exception>
    [RequiresUnreferencedCode(Reflection)]
    [RequiresDynamicCode(Reflection)]
    public void OnRequest<T, TReply>(
        string type, Func<WsmqRequest<T>, CancellationToken, Task<TReply>> handler, WsmqAddress? at = null,
        Action<WsmqRespondOptions>? configure = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(type);
        ArgumentNullException.ThrowIfNull(handler);
        OnRequest(
            new RequestHandler<T, TReply>(type, TypedBody.ByReflection<T>(_options.Json), TypedBody.ByReflection<TReply>(_options.Json), handler),
            at, configure);
    }

    /// <summary>As the other overload, with source-generated JSON metadata for trimmed and native AOT apps.</summary>
    /// <param name="bodyInfo">The JSON metadata with which the body is deserialized.</param>
    /// <param name="replyInfo">The JSON metadata with which the reply is serialized.</param>
    /// <param name="handler">The handler.</param>
    /// <param name="at">Where; default null: the own user.</param>
    /// <param name="configure">Sets options. May be null.</param>
    /// <typeparam name="T">The type of the body.</typeparam>
    /// <typeparam name="TReply">The type of the reply's body.</typeparam>
    /// <inheritdoc cref="OnRequest{T, TReply}(Func{WsmqRequest{T}, CancellationToken, Task{TReply}}, WsmqAddress?, Action{WsmqRespondOptions}?)" path="/exception"/>
    public void OnRequest<T, TReply>(
        JsonTypeInfo<T> bodyInfo, JsonTypeInfo<TReply> replyInfo, Func<WsmqRequest<T>, CancellationToken, Task<TReply>> handler,
        WsmqAddress? at = null, Action<WsmqRespondOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        OnRequest(new RequestHandler<T, TReply>(HandledTypes.NameOf(bodyInfo), bodyInfo, replyInfo, handler), at, configure);
    }

    private void OnRequest(RequestHandler typed, WsmqAddress? at, Action<WsmqRespondOptions>? configure)
    {
        if (_run is not null)
            throw new InvalidOperationException("The client has started: register handlers of requests before StartAsync, or stop the client first.");
        if (at is not { Kind: WsmqAddressKind.Work } queue)
        {
            _handlers.Requests.Add(at, typed, configure);
            return;
        }

        _handlers.Queues.Add(queue, new RequestJobHandler(typed), work =>
        {
            var options = new WsmqRespondOptions { Concurrency = work.Concurrency };
            configure?.Invoke(options);
            OptionChecks.Check(options);
            work.Concurrency = options.Concurrency;
        });
    }

    private static TReply? BodyOf<TReply>(WsmqReply reply, JsonTypeInfo<TReply> info) => reply.Data is null
        ? (reply.Body ?? default).To(info)
        : throw new System.Text.Json.JsonException("The body of the reply is bytes, not JSON: use the overload that returns a WsmqReply.");
}
