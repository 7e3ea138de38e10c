using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;

namespace Wsmq;

/// <content>Receiving.</content>
public sealed partial class WsmqClient
{
    /// <summary>
    /// Handles durable messages of a type. A message is acknowledged when the handler has returned; if it throws, it is given the same
    /// message again, with growing waits, before any other of that source, until the server sets the message aside (<see cref="DeadLettered"/>). Sources go on independently of each other, so a handler
    /// may be called for several at a time. Register all handlers before <see cref="StartAsync"/>: what no handler takes goes to the
    /// fallback, or else is dead-lettered at once (<see cref="WsmqClientOptions.UnhandledMessages"/>) and reported as an
    /// <see cref="Error"/>; only while there is no handler at all messages wait. A body that cannot be read as the type goes to the
    /// fallback, or else is a failed attempt.
    /// </summary>
    /// <param name="handler">The handler; its token is cancelled when the client stops.</param>
    /// <typeparam name="T">The type of the body; its wire name is <see cref="WsmqMessageTypeAttribute.NameOf"/>.</typeparam>
    /// <returns>Dispose it to take the handler away.</returns>
    /// <exception cref="InvalidOperationException">The type has a handler, or messages are being read with <see cref="ReadAllAsync"/>.</exception>
    /// <exception cref="WsmqException"><c>no-type-name</c>: no message is sent as this type; give the name of the messages.</exception>
    [RequiresUnreferencedCode(Reflection)]
    [RequiresDynamicCode(Reflection)]
    public IDisposable On<T>(Func<WsmqMessage<T>, CancellationToken, Task> handler) => On(TypedBody.ByReflection<T>(_options.Json), handler);

    /// <summary>Handles durable messages of a type without reflection; otherwise as the overload without <paramref name="typeInfo"/>.</summary>
    /// <param name="typeInfo">How the body is read.</param>
    /// <param name="handler">The handler; its token is cancelled when the client stops.</param>
    /// <typeparam name="T">The type of the body.</typeparam>
    /// <returns>Dispose it to take the handler away.</returns>
    /// <exception cref="InvalidOperationException">The type has a handler, or messages are being read with <see cref="ReadAllAsync"/>.</exception>
    /// <exception cref="WsmqException"><c>no-type-name</c>: no message is sent as this type; give the name of the messages.</exception>
    public IDisposable On<T>(JsonTypeInfo<T> typeInfo, Func<WsmqMessage<T>, CancellationToken, Task> handler) =>
        On(HandledTypes.NameOf(typeInfo), typeInfo, handler);

    /// <summary>Handles durable messages of a type that is given by its name on the wire; otherwise as the overload without it.</summary>
    /// <param name="type">The name of the messages' type.</param>
    /// <param name="handler">The handler; its token is cancelled when the client stops.</param>
    /// <typeparam name="T">The type that bodies are read as.</typeparam>
    /// <returns>Dispose it to take the handler away.</returns>
    /// <exception cref="InvalidOperationException">The type has a handler, or messages are being read with <see cref="ReadAllAsync"/>.</exception>
    [RequiresUnreferencedCode(Reflection)]
    [RequiresDynamicCode(Reflection)]
    public IDisposable On<T>(string type, Func<WsmqMessage<T>, CancellationToken, Task> handler) =>
        On(type, TypedBody.ByReflection<T>(_options.Json), handler);

    /// <summary>The same without reflection.</summary>
    /// <param name="type">The name of the messages' type.</param>
    /// <param name="typeInfo">How the body is read.</param>
    /// <param name="handler">The handler; its token is cancelled when the client stops.</param>
    /// <typeparam name="T">The type that bodies are read as.</typeparam>
    /// <returns>Dispose it to take the handler away.</returns>
    /// <exception cref="InvalidOperationException">The type has a handler, or messages are being read with <see cref="ReadAllAsync"/>.</exception>
    public IDisposable On<T>(string type, JsonTypeInfo<T> typeInfo, Func<WsmqMessage<T>, CancellationToken, Task> handler)
    {
        ArgumentException.ThrowIfNullOrEmpty(type);
        ArgumentNullException.ThrowIfNull(typeInfo);
        ArgumentNullException.ThrowIfNull(handler);
        return _handlers.Add(type, new BoundHandler<WsmqDelivery, WsmqMessage<T>>(
            delivery => new WsmqMessage<T>(delivery, Bodies.Read(delivery.Body, delivery.Data is not null, typeInfo)), handler));
    }

    /// <summary>
    /// Handles every durable message that no other handler takes: of another type, without a type, with bytes, or with a body that
    /// does not fit its handler's type. Acknowledged and repeated like the others.
    /// </summary>
    /// <param name="handler">The handler; its token is cancelled when the client stops.</param>
    /// <returns>Dispose it to take the handler away.</returns>
    /// <exception cref="InvalidOperationException">There is a fallback, or messages are being read with <see cref="ReadAllAsync"/>.</exception>
    public IDisposable OnAny(Func<WsmqDelivery, CancellationToken, Task> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return _handlers.AddFallback(handler);
    }

    /// <summary>Handles live pushes of a type, one after another. They are not kept, acknowledged or repeated.</summary>
    /// <param name="handler">The handler; its token is cancelled when the client stops.</param>
    /// <typeparam name="T">The type of the body; its wire name is <see cref="WsmqMessageTypeAttribute.NameOf"/>.</typeparam>
    /// <returns>Dispose it to take the handler away.</returns>
    /// <exception cref="InvalidOperationException">The type has a handler.</exception>
    /// <exception cref="WsmqException"><c>no-type-name</c>: no push is sent as this type; give the name of the pushes.</exception>
    [RequiresUnreferencedCode(Reflection)]
    [RequiresDynamicCode(Reflection)]
    public IDisposable OnLive<T>(Func<T, CancellationToken, Task> handler) => OnLive(TypedBody.ByReflection<T>(_options.Json), handler);

    /// <summary>Handles live pushes of a type without reflection.</summary>
    /// <param name="typeInfo">How the body is read.</param>
    /// <param name="handler">The handler; its token is cancelled when the client stops.</param>
    /// <typeparam name="T">The type of the body.</typeparam>
    /// <returns>Dispose it to take the handler away.</returns>
    /// <exception cref="InvalidOperationException">The type has a handler.</exception>
    /// <exception cref="WsmqException"><c>no-type-name</c>: no push is sent as this type; give the name of the pushes.</exception>
    public IDisposable OnLive<T>(JsonTypeInfo<T> typeInfo, Func<T, CancellationToken, Task> handler) =>
        OnLive(HandledTypes.NameOf(typeInfo), typeInfo, handler);

    /// <summary>Handles live pushes of a type that is given by its name on the wire; otherwise as the overload without it.</summary>
    /// <param name="type">The name of the pushes' type.</param>
    /// <param name="handler">The handler; its token is cancelled when the client stops.</param>
    /// <typeparam name="T">The type that bodies are read as.</typeparam>
    /// <returns>Dispose it to take the handler away.</returns>
    /// <exception cref="InvalidOperationException">The type has a handler.</exception>
    [RequiresUnreferencedCode(Reflection)]
    [RequiresDynamicCode(Reflection)]
    public IDisposable OnLive<T>(string type, Func<T, CancellationToken, Task> handler) =>
        OnLive(type, TypedBody.ByReflection<T>(_options.Json), handler);

    /// <summary>The same without reflection.</summary>
    /// <param name="type">The name of the pushes' type.</param>
    /// <param name="typeInfo">How the body is read.</param>
    /// <param name="handler">The handler; its token is cancelled when the client stops.</param>
    /// <typeparam name="T">The type that bodies are read as.</typeparam>
    /// <returns>Dispose it to take the handler away.</returns>
    /// <exception cref="InvalidOperationException">The type has a handler.</exception>
    public IDisposable OnLive<T>(string type, JsonTypeInfo<T> typeInfo, Func<T, CancellationToken, Task> handler)
    {
        ArgumentException.ThrowIfNullOrEmpty(type);
        ArgumentNullException.ThrowIfNull(typeInfo);
        ArgumentNullException.ThrowIfNull(handler);
        return _handlers.AddLive(type, new BoundHandler<WsmqLiveMessage, T>(
            message => Bodies.Read(message.Body, message.Data is not null, typeInfo), handler));
    }

    /// <summary>Handles every live push that no typed handler takes, as it came.</summary>
    /// <param name="handler">The handler; its token is cancelled when the client stops.</param>
    /// <returns>Dispose it to take the handler away.</returns>
    /// <exception cref="InvalidOperationException">There is such a handler.</exception>
    public IDisposable OnLive(Func<WsmqLiveMessage, CancellationToken, Task> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return _handlers.AddLiveFallback(handler);
    }

    /// <summary>
    /// Reads durable messages of all sources one by one, instead of handlers. A message is acknowledged when the next one is asked for;
    /// one whose loop body threw or broke off is not, counts as a failed attempt, and comes first when reading begins again. It ends when the client is stopped,
    /// and the message that is in hand then comes again after the next start.
    /// </summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The messages as they came; read bodies with <see cref="WsmqJsonBody.To{T}(JsonTypeInfo{T})"/>.</returns>
    /// <exception cref="InvalidOperationException">Handlers are registered, or messages are being read already; thrown with the first read.</exception>
    public async IAsyncEnumerable<WsmqDelivery> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var reader = _handlers.BeginReading();
        await foreach (var delivery in reader.ReadAsync(() => _handlers.EndReading(reader), cancellationToken).ConfigureAwait(false))
            yield return delivery;
    }

    /// <summary>
    /// For apps that keep their own position: deliveries of a source go on behind it, forwards or backwards; messages that wait in the
    /// client are dropped, and what is no longer kept is announced as a gap. Until it is stopped
    /// the client then names its position on every connect. The device's cursor stays where it is, and moves with the acks of what
    /// follows. Called before <see cref="StartAsync"/> it takes effect there.
    /// </summary>
    /// <param name="source">The source: the user's own queue, or a group of the user.</param>
    /// <param name="after">The last position that the app has; <see cref="WsmqPosition.Start"/> for the oldest message that is kept.</param>
    /// <param name="cancellationToken">Ends the wait for the server's answer, not the effect.</param>
    /// <exception cref="WsmqException">The server refused: for example <c>read-not-allowed</c> or <c>position-beyond-tail</c>.</exception>
    public Task ResumeAsync(WsmqAddress source, WsmqPosition after, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            if (_run is null)
            {
                _startBehind[source] = after;
                return Task.CompletedTask;
            }
        }

        return (_run ?? throw new WsmqException(WsmqErrors.ClientClosed, "it was stopped")).ResumeAsync(source, after, cancellationToken);
    }
}
