using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;

namespace Wsmq;

/// <content>Receiving.</content>
public sealed partial class WsmqClient
{
    /// <summary>
    /// Registers a handler for durable messages of a type. A message is acknowledged when the handler has returned. If the handler
    /// throws, it is called with the same message again, with growing waits, before any other message of that source, until the server
    /// dead-letters the message (<see cref="DeadLettered"/>). Register all handlers before <see cref="StartAsync"/>.
    /// </summary>
    /// <remarks>
    /// A handler may be called concurrently for different sources; messages of one source are handled one after another. A message
    /// whose type has no handler goes to the fallback (<see cref="OnAny"/>); without a fallback it is dead-lettered at once
    /// (<see cref="WsmqClientOptions.UnhandledMessages"/>) and reported by <see cref="Error"/>. A body that does not fit the type goes
    /// to the fallback; without a fallback it counts as a failed attempt. While no handler at all is registered, messages wait.
    /// The newest messages of state keys that are not in the log any more come first where a device is new to a source, before the log goes
    /// on: see <see cref="WsmqMessage{T}.IsState"/> and <see cref="StateComplete"/>. No attempt at one of these is counted by the server:
    /// after 20 it is left out, and after the first if it has no handler. A removal of state goes to <see cref="OnStateRemoved"/> instead.
    /// </remarks>
    /// <param name="handler">The handler. Its cancellation token is cancelled when the client stops.</param>
    /// <typeparam name="T">
    /// The type of the body. It selects messages by its wire name: see <see cref="WsmqMessageTypeAttribute.NameOf"/>.
    /// </typeparam>
    /// <returns>Dispose it to remove the handler.</returns>
    /// <exception cref="InvalidOperationException">
    /// The type already has a handler, or messages are being read with <see cref="ReadAllAsync"/>.
    /// </exception>
    /// <exception cref="WsmqException">
    /// <c>no-type-name</c>: no message is sent as this type; use an overload that takes the name of the messages' type.
    /// </exception>
    [RequiresUnreferencedCode(Reflection)]
    [RequiresDynamicCode(Reflection)]
    public IDisposable On<T>(Func<WsmqMessage<T>, CancellationToken, Task> handler) => On(TypedBody.ByReflection<T>(_options.Json), handler);

    /// <summary>
    /// Registers a handler for durable messages of a type, with source-generated JSON metadata for trimmed and native AOT apps;
    /// otherwise as the overload without <paramref name="typeInfo"/>.
    /// </summary>
    /// <param name="typeInfo">The JSON metadata with which the body is deserialized.</param>
    /// <param name="handler">The handler. Its cancellation token is cancelled when the client stops.</param>
    /// <typeparam name="T">The type of the body.</typeparam>
    /// <returns>Dispose it to remove the handler.</returns>
    /// <exception cref="InvalidOperationException">
    /// The type already has a handler, or messages are being read with <see cref="ReadAllAsync"/>.
    /// </exception>
    /// <exception cref="WsmqException">
    /// <c>no-type-name</c>: no message is sent as this type; use an overload that takes the name of the messages' type.
    /// </exception>
    public IDisposable On<T>(JsonTypeInfo<T> typeInfo, Func<WsmqMessage<T>, CancellationToken, Task> handler) =>
        On(HandledTypes.NameOf(typeInfo), typeInfo, handler);

    /// <summary>
    /// Registers a handler for durable messages whose type is given by its name on the wire; otherwise as the overload without
    /// <paramref name="type"/>.
    /// </summary>
    /// <param name="type">The name of the messages' type on the wire.</param>
    /// <param name="handler">The handler. Its cancellation token is cancelled when the client stops.</param>
    /// <typeparam name="T">The type that bodies are deserialized to.</typeparam>
    /// <returns>Dispose it to remove the handler.</returns>
    /// <exception cref="InvalidOperationException">
    /// The type already has a handler, or messages are being read with <see cref="ReadAllAsync"/>.
    /// </exception>
    [RequiresUnreferencedCode(Reflection)]
    [RequiresDynamicCode(Reflection)]
    public IDisposable On<T>(string type, Func<WsmqMessage<T>, CancellationToken, Task> handler) =>
        On(type, TypedBody.ByReflection<T>(_options.Json), handler);

    /// <summary>
    /// Registers a handler for durable messages whose type is given by its name on the wire, with source-generated JSON metadata for
    /// trimmed and native AOT apps; otherwise as the overload without <paramref name="typeInfo"/>.
    /// </summary>
    /// <param name="type">The name of the messages' type on the wire.</param>
    /// <param name="typeInfo">The JSON metadata with which the body is deserialized.</param>
    /// <param name="handler">The handler. Its cancellation token is cancelled when the client stops.</param>
    /// <typeparam name="T">The type that bodies are deserialized to.</typeparam>
    /// <returns>Dispose it to remove the handler.</returns>
    /// <exception cref="InvalidOperationException">
    /// The type already has a handler, or messages are being read with <see cref="ReadAllAsync"/>.
    /// </exception>
    public IDisposable On<T>(string type, JsonTypeInfo<T> typeInfo, Func<WsmqMessage<T>, CancellationToken, Task> handler)
    {
        ArgumentException.ThrowIfNullOrEmpty(type);
        ArgumentNullException.ThrowIfNull(typeInfo);
        ArgumentNullException.ThrowIfNull(handler);
        return _handlers.Add(type, new BoundHandler<WsmqDelivery, WsmqMessage<T>>(
            delivery => new WsmqMessage<T>(delivery, Bodies.Read(delivery.Body, delivery.Data is not null, typeInfo)), handler));
    }

    /// <summary>
    /// Registers the fallback: it handles every durable message that no other handler takes, because the message has another type or
    /// none, has bytes as its body, or has a body that does not fit its handler's type. Messages are acknowledged, and failed attempts
    /// repeated, as with the other handlers.
    /// </summary>
    /// <param name="handler">The handler. Its cancellation token is cancelled when the client stops.</param>
    /// <returns>Dispose it to remove the handler.</returns>
    /// <exception cref="InvalidOperationException">
    /// There is already a fallback, or messages are being read with <see cref="ReadAllAsync"/>.
    /// </exception>
    public IDisposable OnAny(Func<WsmqDelivery, CancellationToken, Task> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return _handlers.AddFallback(handler);
    }

    /// <summary>
    /// Registers a handler for live pushes of a type. Pushes are handled one after another; they are not stored, acknowledged or
    /// repeated.
    /// </summary>
    /// <remarks>A push whose type has no handler goes to <see cref="OnAnyLive"/>; without that it is dropped.</remarks>
    /// <param name="handler">The handler. Its cancellation token is cancelled when the client stops.</param>
    /// <typeparam name="T">
    /// The type of the body. It selects pushes by its wire name: see <see cref="WsmqMessageTypeAttribute.NameOf"/>.
    /// </typeparam>
    /// <returns>Dispose it to remove the handler.</returns>
    /// <exception cref="InvalidOperationException">The type already has a handler.</exception>
    /// <exception cref="WsmqException">
    /// <c>no-type-name</c>: no push is sent as this type; use an overload that takes the name of the pushes' type.
    /// </exception>
    [RequiresUnreferencedCode(Reflection)]
    [RequiresDynamicCode(Reflection)]
    public IDisposable OnLive<T>(Func<T, CancellationToken, Task> handler) => OnLive(TypedBody.ByReflection<T>(_options.Json), handler);

    /// <summary>
    /// Registers a handler for live pushes of a type, with source-generated JSON metadata for trimmed and native AOT apps; otherwise as
    /// the overload without <paramref name="typeInfo"/>.
    /// </summary>
    /// <param name="typeInfo">The JSON metadata with which the body is deserialized.</param>
    /// <param name="handler">The handler. Its cancellation token is cancelled when the client stops.</param>
    /// <typeparam name="T">The type of the body.</typeparam>
    /// <returns>Dispose it to remove the handler.</returns>
    /// <exception cref="InvalidOperationException">The type already has a handler.</exception>
    /// <exception cref="WsmqException">
    /// <c>no-type-name</c>: no push is sent as this type; use an overload that takes the name of the pushes' type.
    /// </exception>
    public IDisposable OnLive<T>(JsonTypeInfo<T> typeInfo, Func<T, CancellationToken, Task> handler) =>
        OnLive(HandledTypes.NameOf(typeInfo), typeInfo, handler);

    /// <summary>
    /// Registers a handler for live pushes whose type is given by its name on the wire; otherwise as the overload without
    /// <paramref name="type"/>.
    /// </summary>
    /// <param name="type">The name of the pushes' type on the wire.</param>
    /// <param name="handler">The handler. Its cancellation token is cancelled when the client stops.</param>
    /// <typeparam name="T">The type that bodies are deserialized to.</typeparam>
    /// <returns>Dispose it to remove the handler.</returns>
    /// <exception cref="InvalidOperationException">The type already has a handler.</exception>
    [RequiresUnreferencedCode(Reflection)]
    [RequiresDynamicCode(Reflection)]
    public IDisposable OnLive<T>(string type, Func<T, CancellationToken, Task> handler) =>
        OnLive(type, TypedBody.ByReflection<T>(_options.Json), handler);

    /// <summary>
    /// Registers a handler for live pushes whose type is given by its name on the wire, with source-generated JSON metadata for trimmed
    /// and native AOT apps; otherwise as the overload without <paramref name="typeInfo"/>.
    /// </summary>
    /// <param name="type">The name of the pushes' type on the wire.</param>
    /// <param name="typeInfo">The JSON metadata with which the body is deserialized.</param>
    /// <param name="handler">The handler. Its cancellation token is cancelled when the client stops.</param>
    /// <typeparam name="T">The type that bodies are deserialized to.</typeparam>
    /// <returns>Dispose it to remove the handler.</returns>
    /// <exception cref="InvalidOperationException">The type already has a handler.</exception>
    public IDisposable OnLive<T>(string type, JsonTypeInfo<T> typeInfo, Func<T, CancellationToken, Task> handler)
    {
        ArgumentException.ThrowIfNullOrEmpty(type);
        ArgumentNullException.ThrowIfNull(typeInfo);
        ArgumentNullException.ThrowIfNull(handler);
        return _handlers.AddLive(type, new BoundHandler<WsmqLiveMessage, T>(
            message => Bodies.Read(message.Body, message.Data is not null, typeInfo), handler));
    }

    /// <summary>
    /// Registers the fallback for live pushes: it handles every push that no other handler takes, because the push has another type or
    /// none, has bytes as its body, or has a body that does not fit its handler's type. Without it such a push is dropped, and
    /// <see cref="Error"/> is raised only if there is a handler for its type.
    /// </summary>
    /// <param name="handler">The handler. Its cancellation token is cancelled when the client stops.</param>
    /// <returns>Dispose it to remove the handler.</returns>
    /// <exception cref="InvalidOperationException">There is already a fallback for live pushes.</exception>
    public IDisposable OnAnyLive(Func<WsmqLiveMessage, CancellationToken, Task> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return _handlers.AddLiveFallback(handler);
    }

    /// <summary>
    /// Reads the durable messages of all sources one by one, as an alternative to handlers: <c>await foreach</c> over it. A message is
    /// acknowledged when the next one is requested. If the loop throws or breaks, the current message is not acknowledged: it counts as
    /// a failed attempt, and is the first one when reading starts again. The enumeration ends when the client is stopped; the message
    /// that is being handled then is delivered again after the next start. Removals of state are messages without a body
    /// (<see cref="WsmqDelivery.RemoveState"/>).
    /// </summary>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    /// <returns>The messages in their wire form; read bodies with <see cref="WsmqJsonBody.To{T}(JsonTypeInfo{T})"/>.</returns>
    /// <exception cref="InvalidOperationException">
    /// Handlers are registered, or another enumeration is running. Thrown at the first read.
    /// </exception>
    public async IAsyncEnumerable<WsmqDelivery> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var reader = _handlers.BeginReading();
        await foreach (var delivery in reader.ReadAsync(() => _handlers.EndReading(reader), cancellationToken).ConfigureAwait(false))
            yield return delivery;
    }

    /// <summary>
    /// Restarts the deliveries of a source after a given position, forwards or backwards (a seek), for apps that store their own position.
    /// Completes with the server's answer; while there is no connection, it waits for one. While the client is not started, the position
    /// is kept and takes effect at the next start; the call then completes at once.
    /// </summary>
    /// <remarks>
    /// Messages of the source that wait in the client are dropped, and entries that are no longer stored are announced as a gap. From
    /// then on until it is stopped, the client requests deliveries after its own position on every connect. The device's cursor does
    /// not move by this call; it moves with the acks of the messages that follow. From <see cref="WsmqPosition.Start"/> on the state of the
    /// source comes first (<see cref="StateComplete"/>).
    /// </remarks>
    /// <param name="source">The source: the user's own queue, or a group of the user.</param>
    /// <param name="after">The last position that the app has; <see cref="WsmqPosition.Start"/> for the oldest stored message.</param>
    /// <param name="cancellationToken">Ends the wait for the server's answer. The restart takes effect nevertheless.</param>
    /// <exception cref="WsmqException">
    /// The server refused: for example <c>read-not-allowed</c> or <c>position-beyond-tail</c>. <c>client-closed</c>: the client was
    /// stopped before the server had answered.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Task ResumeAsync(WsmqAddress source, WsmqPosition after, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            if (_run is null)
            {
                _startAfter[source] = after;
                return Task.CompletedTask;
            }
        }

        return (_run ?? throw new WsmqException(WsmqErrors.ClientClosed, "the client was stopped"))
            .ResumeAsync(source, after, cancellationToken);
    }

    /// <summary>
    /// Keeps a copy of the app's data up to date that the messages of a source change: loads the data with its position, and then handles
    /// the messages after that position. Loads it again, and goes on behind the new position, whenever messages of the source are missing
    /// (<see cref="Gap"/>) or one is dead-lettered, and at each start of the client, without waiting for the connection.
    /// </summary>
    /// <remarks>
    /// <para>
    /// The app's endpoint reads the position first (<c>IWsmqLogs.TailAsync</c>) and the data afterwards, and publishes after it has committed
    /// a change. Then the data may already have the effect of the first messages that follow, and lacks none: handlers have to tolerate
    /// that, for example by comparing versions.
    /// </para>
    /// <para>
    /// <paramref name="load"/> also replaces the copy. While it runs no handler of the source does. If it throws, it is called again, with
    /// growing waits, and <see cref="Error"/> is raised; meanwhile nothing of the source is handled. The same waits are between loads that
    /// follow each other without a message that was handled. Messages up to the position are acknowledged without being handled: use a
    /// source whose messages all concern that data. A position of <see cref="ResumeAsync"/> has no effect before the first load.
    /// </para>
    /// </remarks>
    /// <param name="source">The source: the user's own queue, or a group of the user.</param>
    /// <param name="load">
    /// Loads the data, replaces the copy, and returns the position of the data. Its cancellation token is cancelled when the client stops.
    /// </param>
    /// <returns>Dispose it to end that. Messages are handled further on.</returns>
    /// <exception cref="ArgumentException">The source is a work queue.</exception>
    /// <exception cref="InvalidOperationException">The source has a snapshot already.</exception>
    public IDisposable Snapshot(WsmqAddress source, Func<CancellationToken, Task<WsmqPosition>> load)
    {
        ArgumentNullException.ThrowIfNull(load);
        if (source.Kind == WsmqAddressKind.Work)
            throw new ArgumentException("A work queue has no position.", nameof(source));
        lock (_gate)
        {
            var registration = _handlers.Snapshots.Add(source, load);
            _run?.Load(source);
            return registration;
        }
    }
}
