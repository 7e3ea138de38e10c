using System.Text.Json.Serialization.Metadata;

namespace Wsmq;

/// <summary>
/// Durable sends by the app itself: inject it anywhere. No authorizer is asked, and deliveries carry no sender. Messages to one
/// address are stored in the order of the calls.
/// </summary>
public interface IWsmqPublisher
{
    /// <summary>
    /// Stores a message whose body is an object, serialized with <see cref="WsmqOptions.Json"/>, and whose type is the object's wire name.
    /// Where the call may be repeated take the overload with <see cref="WsmqSendOptions"/>, and give the message an id.
    /// </summary>
    /// <param name="to">The address.</param>
    /// <param name="message">The body.</param>
    /// <param name="cancellationToken">Gives up waiting; the message may still be stored.</param>
    /// <typeparam name="T">
    /// The declared type of the body. Written and named is the type that it has at run time, by <see cref="WsmqMessageTypeAttribute.NameOf"/>;
    /// the declared one where that says how derived types are written (<c>[JsonDerivedType]</c>).
    /// </typeparam>
    /// <exception cref="WsmqException">The message is malformed or too large, or the store did not take it: see <see cref="WsmqException.Error"/>.</exception>
    Task<WsmqReceipt> SendAsync<T>(WsmqAddress to, T message, CancellationToken cancellationToken = default);

    /// <summary>Stores a message whose body is an object, with an id, headers and the like.</summary>
    /// <param name="to">The address.</param>
    /// <param name="message">The body.</param>
    /// <param name="options">What travels with it: with an id the call may be repeated.</param>
    /// <param name="cancellationToken">Gives up waiting; the message may still be stored.</param>
    /// <typeparam name="T">The declared type of the body, as in the overload without options.</typeparam>
    /// <exception cref="WsmqException">The message is malformed or too large, or the store did not take it: see <see cref="WsmqException.Error"/>.</exception>
    Task<WsmqReceipt> SendAsync<T>(WsmqAddress to, T message, WsmqSendOptions options, CancellationToken cancellationToken = default);

    /// <summary>Stores a message whose body is an object, serialized without reflection.</summary>
    /// <param name="to">The address.</param>
    /// <param name="message">The body.</param>
    /// <param name="typeInfo">How the body is written.</param>
    /// <param name="options">What travels with it; may be null.</param>
    /// <param name="cancellationToken">Gives up waiting; the message may still be stored.</param>
    /// <typeparam name="T">The declared type of the body, as in the overload without options.</typeparam>
    /// <exception cref="WsmqException">The message is malformed or too large, or the store did not take it: see <see cref="WsmqException.Error"/>.</exception>
    Task<WsmqReceipt> SendAsync<T>(
        WsmqAddress to, T message, JsonTypeInfo<T> typeInfo, WsmqSendOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Stores a message.</summary>
    /// <param name="message">The message; give it an id where the call may be repeated.</param>
    /// <param name="cancellationToken">Gives up waiting; the message may still be stored.</param>
    /// <exception cref="WsmqException">The message is malformed or too large, or the store did not take it: see <see cref="WsmqException.Error"/>.</exception>
    Task<WsmqReceipt> SendAsync(WsmqOutgoingMessage message, CancellationToken cancellationToken = default);

    /// <summary>Stores many messages; each succeeds or fails alone.</summary>
    /// <param name="messages">The messages, to any addresses.</param>
    /// <param name="cancellationToken">Gives up waiting; messages may still be stored.</param>
    /// <returns>One result for each message, in the same order.</returns>
    Task<IReadOnlyList<WsmqSendResult>> SendManyAsync(IReadOnlyList<WsmqOutgoingMessage> messages, CancellationToken cancellationToken = default);
}
