using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;

namespace Wsmq;

/// <summary>
/// Sends durable messages from the app itself; inject it anywhere. The authorizer is not called, and deliveries carry no sender. Messages
/// to one address are stored in the order of the calls.
/// </summary>
public interface IWsmqPublisher
{
    /// <summary>
    /// Stores a message whose body is an object, serialized with <see cref="WsmqPublishOptions.Json"/>, and whose type is the object's wire name.
    /// If the call may be repeated, use the overload with <see cref="WsmqSendOptions"/>, and give the message an id.
    /// </summary>
    /// <param name="to">The address.</param>
    /// <param name="message">The body.</param>
    /// <param name="cancellationToken">Cancels the wait; the message may still be stored.</param>
    /// <typeparam name="T">
    /// The declared type of the body. The body is serialized as its run-time type, and named after it by
    /// <see cref="WsmqMessageTypeAttribute.NameOf"/>; as the declared type if that one declares its derived types
    /// (<c>[JsonDerivedType]</c>).
    /// </typeparam>
    /// <exception cref="WsmqException">
    /// The message is malformed or too large, or the store did not accept it: see <see cref="WsmqException.Error"/>.
    /// </exception>
    Task<WsmqReceipt> SendAsync<T>(WsmqAddress to, T message, CancellationToken cancellationToken = default);

    /// <summary>
    /// Stores a message whose body is an object, with <see cref="WsmqSendOptions"/>: an id, a type, headers, a correlation id and a reply
    /// address.
    /// </summary>
    /// <param name="to">The address.</param>
    /// <param name="message">The body.</param>
    /// <param name="options">The fields of the message beside its body; with an id the call may be repeated. May be null.</param>
    /// <param name="cancellationToken">Cancels the wait; the message may still be stored.</param>
    /// <typeparam name="T">The declared type of the body, as in the overload without options.</typeparam>
    /// <exception cref="WsmqException">
    /// The message is malformed or too large, or the store did not accept it: see <see cref="WsmqException.Error"/>.
    /// </exception>
    [OverloadResolutionPriority(1)] // A literal null fits the overload with JsonTypeInfo too; this makes the call unambiguous.
    Task<WsmqReceipt> SendAsync<T>(WsmqAddress to, T message, WsmqSendOptions? options, CancellationToken cancellationToken = default);

    /// <summary>Stores a message whose body is an object, serialized without reflection.</summary>
    /// <param name="to">The address.</param>
    /// <param name="message">The body.</param>
    /// <param name="typeInfo">How the body is serialized.</param>
    /// <param name="options">The fields of the message beside its body; may be null.</param>
    /// <param name="cancellationToken">Cancels the wait; the message may still be stored.</param>
    /// <typeparam name="T">The declared type of the body, as in the overload without options.</typeparam>
    /// <exception cref="WsmqException">
    /// The message is malformed or too large, or the store did not accept it: see <see cref="WsmqException.Error"/>.
    /// </exception>
    Task<WsmqReceipt> SendAsync<T>(
        WsmqAddress to, T message, JsonTypeInfo<T> typeInfo, WsmqSendOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Stores a message.</summary>
    /// <param name="message">The message; give it an id if the call may be repeated.</param>
    /// <param name="cancellationToken">Cancels the wait; the message may still be stored.</param>
    /// <exception cref="WsmqException">
    /// The message is malformed or too large, or the store did not accept it: see <see cref="WsmqException.Error"/>.
    /// </exception>
    Task<WsmqReceipt> SendAsync(WsmqOutgoingMessage message, CancellationToken cancellationToken = default);

    /// <summary>Stores many messages; each succeeds or fails independently.</summary>
    /// <param name="messages">The messages, to any addresses.</param>
    /// <param name="cancellationToken">Cancels the wait; messages may still be stored.</param>
    /// <returns>One result for each message, in the same order.</returns>
    Task<IReadOnlyList<WsmqSendResult>> SendManyAsync(IReadOnlyList<WsmqOutgoingMessage> messages, CancellationToken cancellationToken = default);
}
