using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization.Metadata;

namespace Wsmq;

/// <content>Working on the jobs of queues.</content>
public sealed partial class WsmqClient
{
    /// <summary>
    /// Works on the jobs of one type of a queue: each job is given to one worker, under a lease that the client extends while the handler
    /// runs. See <see cref="WsmqJob"/> for what returning and throwing mean. Call it for each type of the queue, before
    /// <see cref="StartAsync"/>; the app's authorizer must allow the user to work on the queue.
    /// </summary>
    /// <remarks>
    /// Handlers run concurrently, on threads of their own, and may block. When the connection is lost they go on, and end over the next
    /// connection. Jobs of other types are handed back, for a worker that knows them. A refusal of the server raises <see cref="Error"/>.
    /// When the client stops, it accepts no more jobs, and waits for the handlers for <see cref="WsmqWorkOptions.StopTimeout"/>.
    /// </remarks>
    /// <param name="queue">The name of the queue.</param>
    /// <param name="handler">
    /// The handler. Its cancellation token is cancelled when the lease is lost, when the job is cancelled, and when the worker has to end: it
    /// should then stop at once, because the job is given to a worker again, or has ended.
    /// </param>
    /// <param name="configure">Sets options of the worker; several calls for one queue change the same ones. May be null.</param>
    /// <typeparam name="T">
    /// The type of the body. It selects jobs by its wire name: see <see cref="WsmqMessageTypeAttribute.NameOf"/>.
    /// </typeparam>
    /// <exception cref="InvalidOperationException">The type already has a handler, or the client has started.</exception>
    /// <exception cref="ArgumentException">An option is invalid; the message names it and the reason.</exception>
    /// <exception cref="WsmqException">
    /// <c>invalid-name</c>, <c>name-too-long</c>: no queue has this name. <c>no-type-name</c>: no message is sent as this type.
    /// </exception>
    [RequiresUnreferencedCode(Reflection)]
    [RequiresDynamicCode(Reflection)]
    public void Work<T>(string queue, Func<WsmqJob<T>, CancellationToken, Task> handler, Action<WsmqWorkOptions>? configure = null) =>
        Work(queue, TypedBody.ByReflection<T>(_options.Json), handler, configure);

    /// <summary>
    /// Works on the jobs of one type of a queue, with source-generated JSON metadata for trimmed and native AOT apps; otherwise as the
    /// overload without <paramref name="typeInfo"/>.
    /// </summary>
    /// <param name="queue">The name of the queue.</param>
    /// <param name="typeInfo">The JSON metadata with which the body is deserialized.</param>
    /// <param name="handler">The handler.</param>
    /// <param name="configure">Sets options of the worker. May be null.</param>
    /// <typeparam name="T">The type of the body.</typeparam>
    /// <inheritdoc cref="Work{T}(string, Func{WsmqJob{T}, CancellationToken, Task}, Action{WsmqWorkOptions}?)" path="/exception"/>
    public void Work<T>(
        string queue, JsonTypeInfo<T> typeInfo, Func<WsmqJob<T>, CancellationToken, Task> handler, Action<WsmqWorkOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        Work(queue, new JobHandler<T>(HandledTypes.NameOf(typeInfo), typeInfo, handler), configure);
    }

    /// <summary>
    /// Works on all jobs of a queue that no other handler here takes, whatever their type and body; otherwise as
    /// <see cref="Work{T}(string, Func{WsmqJob{T}, CancellationToken, Task}, Action{WsmqWorkOptions}?)"/>.
    /// </summary>
    /// <param name="queue">The name of the queue.</param>
    /// <param name="handler">The handler; the body is in <see cref="WsmqJob.Message"/>.</param>
    /// <param name="configure">Sets options of the worker. May be null.</param>
    /// <exception cref="InvalidOperationException">The queue already has such a handler, or the client has started.</exception>
    /// <exception cref="ArgumentException">An option is invalid; the message names it and the reason.</exception>
    public void WorkAny(string queue, Func<WsmqJob, CancellationToken, Task> handler, Action<WsmqWorkOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        Work(queue, new AnyJobHandler(handler), configure);
    }

    private void Work(string queue, JobHandler handler, Action<WsmqWorkOptions>? configure)
    {
        if (_run is not null)
            throw new InvalidOperationException("The client has started: register handlers of jobs before StartAsync, or stop the client first.");
        _handlers.Queues.Add(WsmqAddress.Work(queue), handler, configure);
    }
}
