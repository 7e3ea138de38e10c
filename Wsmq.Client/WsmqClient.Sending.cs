using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization.Metadata;

namespace Wsmq;

/// <content>Sending.</content>
/// <remarks>
/// Sends to one address that are begun one after another, awaited or not, reach the server in that order, also across a lost
/// connection. One thing can change it: where the server refuses a message for now (<see cref="WsmqError.CanRetry"/>), those behind
/// it that were under way already may be stored before it. Who needs strict order there awaits each receipt.
/// </remarks>
public sealed partial class WsmqClient
{
    private const string Reflection = "Uses reflection: in trimmed and native apps take the overload with JsonTypeInfo.";

    /// <summary>Sends a message, and completes when the server has stored it.</summary>
    /// <param name="to">Whom to.</param>
    /// <param name="message">The body.</param>
    /// <param name="cancellationToken">Ends the wait; the message may be stored nevertheless if it was under way.</param>
    /// <typeparam name="T">
    /// The declared type of the body. Written and named is the type that it has at run time, by <see cref="WsmqMessageTypeAttribute.NameOf"/>;
    /// the declared one where that says how derived types are written (<c>[JsonDerivedType]</c>).
    /// </typeparam>
    /// <returns>The receipt.</returns>
    /// <inheritdoc cref="SendAsync(WsmqOutgoingMessage, CancellationToken)" path="/exception"/>
    [RequiresUnreferencedCode(Reflection)]
    [RequiresDynamicCode(Reflection)]
    public Task<WsmqReceipt> SendAsync<T>(WsmqAddress to, T message, CancellationToken cancellationToken = default) =>
        SendAsync(TypedBody.Message(to, message, TypedBody.ByReflection<T>(_options.Json), null), cancellationToken);

    /// <summary>Sends a message with an id, headers and the like, and completes when the server has stored it.</summary>
    /// <param name="to">Whom to.</param>
    /// <param name="message">The body.</param>
    /// <param name="options">What travels with it.</param>
    /// <param name="cancellationToken">Ends the wait; the message may be stored nevertheless if it was under way.</param>
    /// <typeparam name="T">The type of the body.</typeparam>
    /// <returns>The receipt.</returns>
    /// <inheritdoc cref="SendAsync(WsmqOutgoingMessage, CancellationToken)" path="/exception"/>
    [RequiresUnreferencedCode(Reflection)]
    [RequiresDynamicCode(Reflection)]
    public Task<WsmqReceipt> SendAsync<T>(WsmqAddress to, T message, WsmqSendOptions options, CancellationToken cancellationToken = default) =>
        SendAsync(TypedBody.Message(to, message, TypedBody.ByReflection<T>(_options.Json), options), cancellationToken);

    /// <summary>Sends a message without reflection, and completes when the server has stored it.</summary>
    /// <param name="to">Whom to.</param>
    /// <param name="message">The body.</param>
    /// <param name="typeInfo">How the body is written.</param>
    /// <param name="options">What travels with it; may be null.</param>
    /// <param name="cancellationToken">Ends the wait; the message may be stored nevertheless if it was under way.</param>
    /// <typeparam name="T">The type of the body.</typeparam>
    /// <returns>The receipt.</returns>
    /// <inheritdoc cref="SendAsync(WsmqOutgoingMessage, CancellationToken)" path="/exception"/>
    public Task<WsmqReceipt> SendAsync<T>(
        WsmqAddress to, T message, JsonTypeInfo<T> typeInfo, WsmqSendOptions? options = null, CancellationToken cancellationToken = default) =>
        SendAsync(TypedBody.Message(to, message, typeInfo, options), cancellationToken);

    /// <summary>
    /// Sends a message as it is, and completes when the server has stored it. Without an id it gets one, so that repeating it is
    /// harmless: on a lost connection, and where the server refuses it for now, it is sent again until
    /// <see cref="WsmqClientOptions.SendTimeout"/>. While there is no connection, also before the client was started, it waits for one.
    /// </summary>
    /// <param name="message">The message.</param>
    /// <param name="cancellationToken">Ends the wait; the message may be stored nevertheless if it was under way.</param>
    /// <returns>The receipt.</returns>
    /// <exception cref="WsmqException">
    /// The server refused the message for good, or: <c>outcome-unknown</c>, no receipt came in time, and the message may or may not be
    /// stored; <c>client-closed</c>, the client was stopped, or had no connection in time, and the message is not stored.
    /// </exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public Task<WsmqReceipt> SendAsync(WsmqOutgoingMessage message, CancellationToken cancellationToken = default)
    {
        var send = _messages.Complete(message);
        return Outbox.SendAsync(send, cancellationToken);
    }

    /// <summary>
    /// Sends many messages, one directly behind the other, and completes when each is stored or has failed. Each succeeds or fails
    /// alone, and is repeated alone, as with <see cref="SendAsync(WsmqOutgoingMessage, CancellationToken)"/>.
    /// </summary>
    /// <param name="messages">The messages, to any addresses.</param>
    /// <param name="cancellationToken">Ends the wait for all of them; what was under way may be stored nevertheless.</param>
    /// <returns>One result for each message, in the same order.</returns>
    /// <exception cref="WsmqException"><c>client-closed</c>: the client was stopped.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
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

        await Outbox.SendManyAsync(sends, cancellationToken).ConfigureAwait(false);
        var next = 0;
        for (var i = 0; i < results.Length; i++)
            results[i] ??= ResultOf(sends[next++].Done);
        return results;
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
