using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;

namespace Wsmq;

/// <summary>
/// Sends durable messages to users and groups from the app itself: a singleton, to inject anywhere. The authorizer is not called, no limit
/// of a user applies, and deliveries carry no sender. Messages to one address are stored in the order of the calls on one node; between
/// nodes there is no order.
/// </summary>
public interface IWsmqPublisher
{
    /// <summary>
    /// Stores a message whose body is an object, serialized with <see cref="WsmqPublishOptions.Json"/>, and whose type is the object's
    /// wire name. If the call may be repeated, use the overload with <see cref="WsmqSendOptions"/>, and give the message an id.
    /// </summary>
    /// <param name="to">The address.</param>
    /// <param name="message">
    /// The body: an object, serialized as JSON. For bytes use <see cref="SendAsync(WsmqOutgoingMessage, CancellationToken)"/> with
    /// <see cref="WsmqOutgoingMessage.Data"/>: a <c>byte[]</c> here is sent as a JSON string in base64.
    /// </param>
    /// <param name="cancellationToken">Cancels the wait; the message may still be stored.</param>
    /// <typeparam name="T">
    /// The declared type of the body. The body is serialized as its run-time type, and named after it by
    /// <see cref="WsmqMessageTypeAttribute.NameOf"/>; as the declared type if that one declares its derived types
    /// (<c>[JsonDerivedType]</c>).
    /// </typeparam>
    /// <returns>The receipt: the message is stored.</returns>
    /// <inheritdoc cref="SendAsync(WsmqOutgoingMessage, CancellationToken)" path="/exception"/>
    Task<WsmqReceipt> SendAsync<T>(WsmqAddress to, T message, CancellationToken cancellationToken = default);

    /// <summary>
    /// Stores a message whose body is an object, with <see cref="WsmqSendOptions"/>: an id, a type, headers, a correlation id and a reply
    /// address.
    /// </summary>
    /// <param name="to">The address.</param>
    /// <param name="message">
    /// The body: an object, serialized as JSON. For bytes use <see cref="SendAsync(WsmqOutgoingMessage, CancellationToken)"/> with
    /// <see cref="WsmqOutgoingMessage.Data"/>: a <c>byte[]</c> here is sent as a JSON string in base64.
    /// </param>
    /// <param name="options">The fields of the message beside its body; with an id the call may be repeated. May be null.</param>
    /// <param name="cancellationToken">Cancels the wait; the message may still be stored.</param>
    /// <typeparam name="T">The declared type of the body, as in the overload without options.</typeparam>
    /// <returns>The receipt: the message is stored.</returns>
    /// <inheritdoc cref="SendAsync(WsmqOutgoingMessage, CancellationToken)" path="/exception"/>
    [OverloadResolutionPriority(1)] // A literal null fits the overload with JsonTypeInfo too; this makes the call unambiguous.
    Task<WsmqReceipt> SendAsync<T>(WsmqAddress to, T message, WsmqSendOptions? options, CancellationToken cancellationToken = default);

    /// <summary>Stores a message whose body is an object, serialized without reflection.</summary>
    /// <param name="to">The address.</param>
    /// <param name="message">
    /// The body: an object, serialized as JSON. For bytes use <see cref="SendAsync(WsmqOutgoingMessage, CancellationToken)"/> with
    /// <see cref="WsmqOutgoingMessage.Data"/>: a <c>byte[]</c> here is sent as a JSON string in base64.
    /// </param>
    /// <param name="typeInfo">How the body is serialized.</param>
    /// <param name="options">The fields of the message beside its body; may be null.</param>
    /// <param name="cancellationToken">Cancels the wait; the message may still be stored.</param>
    /// <typeparam name="T">The declared type of the body, as in the overload without options.</typeparam>
    /// <returns>The receipt: the message is stored.</returns>
    /// <inheritdoc cref="SendAsync(WsmqOutgoingMessage, CancellationToken)" path="/exception"/>
    Task<WsmqReceipt> SendAsync<T>(
        WsmqAddress to, T message, JsonTypeInfo<T> typeInfo, WsmqSendOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Stores a message.</summary>
    /// <param name="message">The message; give it an id if the call may be repeated.</param>
    /// <param name="cancellationToken">Cancels the wait; the message may still be stored.</param>
    /// <returns>The receipt: the message is stored.</returns>
    /// <exception cref="WsmqException">
    /// The message is malformed or too large, or was not stored within <see cref="WsmqPublishOptions.SendTimeout"/>: see
    /// <see cref="WsmqException.Error"/>. After <c>store-unavailable</c> and <c>not-replicated</c> it may be stored nevertheless: repeat
    /// the call with the same id.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; the message may be stored nevertheless.</exception>
    Task<WsmqReceipt> SendAsync(WsmqOutgoingMessage message, CancellationToken cancellationToken = default);

    /// <summary>Stores many messages; each succeeds or fails independently.</summary>
    /// <param name="messages">The messages, to any addresses.</param>
    /// <param name="cancellationToken">Cancels the wait; messages may still be stored.</param>
    /// <returns>One result for each message, in the same order.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled; messages may be stored nevertheless.</exception>
    Task<IReadOnlyList<WsmqSendResult>> SendManyAsync(IReadOnlyList<WsmqOutgoingMessage> messages, CancellationToken cancellationToken = default);

    /// <summary>
    /// Removes what is stored for a key of the state of an address (<see cref="WsmqSendOptions.StateKey"/>). The removal is a message without
    /// a body: readers get it in the order of the log, also if nothing was stored for the key.
    /// </summary>
    /// <param name="address">The user or the group.</param>
    /// <param name="key">The key.</param>
    /// <param name="options">
    /// What else the message has, such as a delay (the state ends at that time) or an expected tail; may be null. Its state key is not used; a time
    /// to live and what only a job has (key, unique id, priority) are refused with <c>invalid-message</c>.
    /// </param>
    /// <param name="cancellationToken">Cancels the wait; the removal may still be stored.</param>
    /// <returns>The receipt: the removal is stored.</returns>
    /// <inheritdoc cref="SendAsync(WsmqOutgoingMessage, CancellationToken)" path="/exception"/>
    Task<WsmqReceipt> RemoveStateAsync(
        WsmqAddress address, string key, WsmqSendOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Cancels a message that the app has sent with a delay (<see cref="WsmqSendOptions.Delay"/>, <see cref="WsmqSendOptions.NotBefore"/>) and that is
    /// not due yet.
    /// </summary>
    /// <param name="to">The user or group that it was sent to.</param>
    /// <param name="id">Its id, see <see cref="WsmqReceipt.Id"/>.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>Whether it waited: if not, it was due or cancelled before, or never sent.</returns>
    /// <exception cref="WsmqException"><c>invalid-address</c>, <c>invalid-message</c> or <c>store-unavailable</c>.</exception>
    Task<bool> CancelDelayedAsync(WsmqAddress to, string id, CancellationToken cancellationToken = default);
}
