using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;

namespace Wsmq;

/// <content>Sending.</content>
/// <remarks>
/// Sends to one address reach the server in the order of the calls, awaited or not, also across a lost connection. There is one
/// exception: where the server refuses a message temporarily (<see cref="WsmqError.CanRetry"/>), later ones that were already in flight
/// may be stored before it. For strict order, await each receipt before the next send.
/// </remarks>
public sealed partial class WsmqClient
{
    private const string Reflection = "Uses reflection: in trimmed and native AOT apps use the overload with JsonTypeInfo.";

    /// <summary>
    /// Sends a message durably: completes when the server has stored it. The receiver need not be connected. The client retries until
    /// <see cref="WsmqClientOptions.SendTimeout"/>, and while there is no connection it waits for one.
    /// </summary>
    /// <param name="to">The address, for example <c>WsmqAddress.User("bob")</c>.</param>
    /// <param name="message">
    /// The body: an object, serialized as JSON with <see cref="WsmqClientOptions.Json"/>. For bytes use
    /// <see cref="SendAsync(WsmqOutgoingMessage, CancellationToken)"/> with <see cref="WsmqOutgoingMessage.Data"/>: a <c>byte[]</c> here
    /// is sent as a JSON string in base64.
    /// </param>
    /// <param name="cancellationToken">Ends the wait. A message in flight may be stored nevertheless.</param>
    /// <typeparam name="T">
    /// The declared type of the body. The message is serialized and named by the run-time type of the body
    /// (<see cref="WsmqMessageTypeAttribute.NameOf"/>), or by the declared type where that defines how derived types are serialized
    /// (<c>[JsonDerivedType]</c>).
    /// </typeparam>
    /// <returns>The receipt, with the position of the message in the log of the address.</returns>
    /// <inheritdoc cref="SendAsync(WsmqOutgoingMessage, CancellationToken)" path="/exception"/>
    [RequiresUnreferencedCode(Reflection)]
    [RequiresDynamicCode(Reflection)]
    public Task<WsmqReceipt> SendAsync<T>(WsmqAddress to, T message, CancellationToken cancellationToken = default) =>
        SendAsync(TypedBody.Message(to, message, TypedBody.ByReflection<T>(_options.Json), null), cancellationToken);

    /// <summary>
    /// Sends a message with options (id, type, headers, correlation id, reply address); otherwise as the overload without options.
    /// </summary>
    /// <param name="to">The address.</param>
    /// <param name="message">
    /// The body: an object, serialized as JSON with <see cref="WsmqClientOptions.Json"/>. For bytes use
    /// <see cref="SendAsync(WsmqOutgoingMessage, CancellationToken)"/> with <see cref="WsmqOutgoingMessage.Data"/>: a <c>byte[]</c> here
    /// is sent as a JSON string in base64.
    /// </param>
    /// <param name="options">The options of this message; may be null.</param>
    /// <param name="cancellationToken">Ends the wait. A message in flight may be stored nevertheless.</param>
    /// <typeparam name="T">The declared type of the body.</typeparam>
    /// <returns>The receipt.</returns>
    /// <inheritdoc cref="SendAsync(WsmqOutgoingMessage, CancellationToken)" path="/exception"/>
    [RequiresUnreferencedCode(Reflection)]
    [RequiresDynamicCode(Reflection)]
    [OverloadResolutionPriority(1)] // A literal null fits the overload with JsonTypeInfo too; this makes the call unambiguous.
    public Task<WsmqReceipt> SendAsync<T>(WsmqAddress to, T message, WsmqSendOptions? options, CancellationToken cancellationToken = default) =>
        SendAsync(TypedBody.Message(to, message, TypedBody.ByReflection<T>(_options.Json), options), cancellationToken);

    /// <summary>
    /// Sends a message with source-generated JSON metadata instead of reflection, for trimmed and native AOT apps; otherwise as the
    /// other overloads. Completes when the server has stored the message.
    /// </summary>
    /// <param name="to">The address.</param>
    /// <param name="message">
    /// The body: an object, serialized as JSON with <paramref name="typeInfo"/>. For bytes use
    /// <see cref="SendAsync(WsmqOutgoingMessage, CancellationToken)"/> with <see cref="WsmqOutgoingMessage.Data"/>: a <c>byte[]</c> here
    /// is sent as a JSON string in base64.
    /// </param>
    /// <param name="typeInfo">The JSON metadata with which the body is serialized.</param>
    /// <param name="options">The options of this message; may be null.</param>
    /// <param name="cancellationToken">Ends the wait. A message in flight may be stored nevertheless.</param>
    /// <typeparam name="T">The declared type of the body.</typeparam>
    /// <returns>The receipt.</returns>
    /// <inheritdoc cref="SendAsync(WsmqOutgoingMessage, CancellationToken)" path="/exception"/>
    public Task<WsmqReceipt> SendAsync<T>(
        WsmqAddress to, T message, JsonTypeInfo<T> typeInfo, WsmqSendOptions? options = null, CancellationToken cancellationToken = default) =>
        SendAsync(TypedBody.Message(to, message, typeInfo, options), cancellationToken);

    /// <summary>
    /// Sends a message in its wire form, for bodies that are bytes or already JSON. Completes when the server has stored it. A message
    /// without an id gets one, so that retries are harmless: after a lost connection, and where the server refuses the message
    /// temporarily, it is sent again until <see cref="WsmqClientOptions.SendTimeout"/>. While there is no connection, also before the
    /// client is started, it waits for one.
    /// </summary>
    /// <param name="message">The message.</param>
    /// <param name="cancellationToken">Ends the wait. A message in flight may be stored nevertheless.</param>
    /// <returns>The receipt.</returns>
    /// <exception cref="WsmqException">
    /// The message is malformed, or the server refused it with a final error. <c>outcome-unknown</c>: no receipt came in time, and the
    /// message may or may not be stored. <c>client-closed</c>: the client was stopped or got no connection in time, and the message is
    /// not stored. <c>too-many-sends</c>: more than <see cref="WsmqClientOptions.MaxPendingSendBytes"/> wait to be sent.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Task<WsmqReceipt> SendAsync(WsmqOutgoingMessage message, CancellationToken cancellationToken = default)
    {
        var send = _messages.Complete(message);
        return Run.Sender.SendAsync(send, cancellationToken);
    }

    /// <summary>
    /// Sends many messages directly after each other, and completes when each is stored or has failed. Each succeeds, fails and is
    /// retried on its own, as with <see cref="SendAsync(WsmqOutgoingMessage, CancellationToken)"/>.
    /// </summary>
    /// <param name="messages">The messages, to any addresses.</param>
    /// <param name="cancellationToken">Ends the wait for all of them. Messages in flight may be stored nevertheless.</param>
    /// <returns>One result for each message, in the same order.</returns>
    /// <exception cref="WsmqException"><c>client-closed</c>: the client was stopped.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task<IReadOnlyList<WsmqSendResult>> SendManyAsync(IReadOnlyList<WsmqOutgoingMessage> messages, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var results = new WsmqSendResult[messages.Count];
        var sends = new List<PendingSend>(messages.Count);
        for (var i = 0; i < results.Length; i++)
        {
            if (TryComplete(messages[i], out var refused) is { } send)
                sends.Add(send);
            else
                results[i] = new WsmqSendResult(null, refused);
        }

        await Run.Sender.SendManyAsync(sends, cancellationToken).ConfigureAwait(false);
        var next = 0;
        for (var i = 0; i < results.Length; i++)
            results[i] ??= ResultOf(sends[next++].Done);
        return results;
    }

    /// <summary>
    /// Cancels a message that this user has sent with a delay (<see cref="WsmqSendOptions.Delay"/>, <see cref="WsmqSendOptions.NotBefore"/>) and
    /// that is not due yet. While there is no connection, it waits for one; after a lost connection and a temporary error it is repeated, and
    /// may then return false because the first attempt has cancelled the message.
    /// </summary>
    /// <param name="to">The user or group that it was sent to.</param>
    /// <param name="id">Its id, see <see cref="WsmqReceipt.Id"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether it waited: if not, it was due or cancelled before, or never sent.</returns>
    /// <exception cref="WsmqException">
    /// The server refuses the address or the id; <c>client-closed</c>; <c>outcome-unknown</c>: there was no answer within
    /// <see cref="WsmqClientOptions.SendTimeout"/>.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Task<bool> CancelDelayedAsync(WsmqAddress to, string id, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        return Run.Calls.CallAsync<bool>(new HubCall(nameof(IWsmqHub.CancelDelayed), [to.ToString(), id], CanRepeat: true), cancellationToken);
    }

    private PendingSend? TryComplete(WsmqOutgoingMessage message, out WsmqException? refused)
    {
        refused = null;
        try
        {
            return _messages.Complete(message);
        }
        catch (WsmqException e)
        {
            refused = e;
            return null;
        }
    }

    private static WsmqSendResult ResultOf(Task<WsmqReceipt> done) => done.IsCompletedSuccessfully
        ? new WsmqSendResult(done.Result, null)
        : new WsmqSendResult(null, (WsmqException)done.Exception!.InnerException!);
}
