using System.Collections.Concurrent;

namespace Wsmq;

/// <summary>The consumers of messages: handlers by type and a fallback, or one reader, but not both; and those of jobs.</summary>
internal sealed class HandlerRegistry
{
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<string, IHandler<WsmqDelivery>> _handlers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, IHandler<WsmqLiveMessage>> _live = new(StringComparer.Ordinal);
    private TaskCompletionSource _someone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile Func<WsmqDelivery, CancellationToken, Task>? _fallback;
    private volatile Func<WsmqStateRemoval, CancellationToken, Task>? _removal;
    private volatile Func<WsmqLiveMessage, CancellationToken, Task>? _liveFallback;
    private volatile MessageReader? _reader;

    public Func<WsmqDelivery, CancellationToken, Task>? Fallback => _fallback;

    /// <summary>The handler for removals of state.</summary>
    public Func<WsmqStateRemoval, CancellationToken, Task>? Removal => _removal;

    public Func<WsmqLiveMessage, CancellationToken, Task>? LiveFallback => _liveFallback;

    public MessageReader? Reader => _reader;

    /// <summary>The handlers of jobs.</summary>
    public QueueRegistry Queues { get; } = new();

    /// <summary>The handlers of requests.</summary>
    public RespondRegistry Requests { get; } = new();

    public SnapshotRegistry Snapshots { get; } = new();

    public IHandler<WsmqDelivery>? Find(string? type) => type is null ? null : _handlers.GetValueOrDefault(type);

    public IHandler<WsmqLiveMessage>? FindLive(string? type) => type is null ? null : _live.GetValueOrDefault(type);

    public IDisposable Add(string type, IHandler<WsmqDelivery> handler)
    {
        lock (_gate)
        {
            RefuseWhileReading();
            AddTo(_handlers, type, handler);
            return Registered(() => _handlers.TryRemove(type, out _));
        }
    }

    public IDisposable AddFallback(Func<WsmqDelivery, CancellationToken, Task> handler)
    {
        lock (_gate)
        {
            RefuseWhileReading();
            _fallback = _fallback is null ? handler : throw new InvalidOperationException("There is already a fallback: dispose it first.");
            return Registered(() => _fallback = null);
        }
    }

    public IDisposable AddRemoval(Func<WsmqStateRemoval, CancellationToken, Task> handler)
    {
        lock (_gate)
        {
            RefuseWhileReading();
            _removal = _removal is null
                ? handler
                : throw new InvalidOperationException("There is already a handler for removals of state: dispose it first.");
            return Registered(() => _removal = null);
        }
    }

    public IDisposable AddLive(string type, IHandler<WsmqLiveMessage> handler)
    {
        lock (_gate)
        {
            AddTo(_live, type, handler);
            return Registered(() => _live.TryRemove(type, out _));
        }
    }

    public IDisposable AddLiveFallback(Func<WsmqLiveMessage, CancellationToken, Task> handler)
    {
        lock (_gate)
        {
            _liveFallback = _liveFallback is null
                ? handler
                : throw new InvalidOperationException("There is already a handler for all live pushes: dispose it first.");
            return Registered(() => _liveFallback = null);
        }
    }

    public MessageReader BeginReading()
    {
        lock (_gate)
        {
            if (_reader is not null)
                throw new InvalidOperationException("Messages are being read already: only one enumeration can run at a time.");
            if (!_handlers.IsEmpty || _fallback is not null || _removal is not null)
                throw new InvalidOperationException("Handlers are registered: remove them before reading with ReadAllAsync.");
            _reader = new MessageReader();
            Changed();
            return _reader;
        }
    }

    public void EndReading(MessageReader reader)
    {
        lock (_gate)
        {
            if (_reader != reader)
                return;
            _reader = null;
            Changed();
        }
    }

    /// <summary>Ends the enumeration, if there is one, because the client was stopped.</summary>
    public void StopReading()
    {
        if (_reader is not { } reader)
            return;
        reader.Complete();
        EndReading(reader);
    }

    public Task WhenSomeoneTakesAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
            return _someone.Task.WaitAsync(cancellationToken);
    }

    private static void AddTo<T>(ConcurrentDictionary<string, T> handlers, string type, T handler)
    {
        if (!handlers.TryAdd(type, handler))
            throw new InvalidOperationException($"There is already a handler for '{type}': dispose it first.");
    }

    private void RefuseWhileReading()
    {
        if (_reader is not null)
            throw new InvalidOperationException("Messages are being read with ReadAllAsync: end that before registering a handler.");
    }

    private Registration Registered(Action remove)
    {
        Changed();
        return new Registration(this, remove);
    }

    private void Changed()
    {
        // A handler for removals takes no messages: those wait for the others, which the app registers later.
        var someone = _reader is not null || _fallback is not null || !_handlers.IsEmpty;
        if (someone)
            _someone.TrySetResult();
        else if (_someone.Task.IsCompleted)
            _someone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Registration(HandlerRegistry registry, Action remove) : IDisposable
    {
        private Action? _remove = remove;

        public void Dispose()
        {
            lock (registry._gate)
            {
                if (Interlocked.Exchange(ref _remove, null) is not { } once)
                    return;
                once();
                registry.Changed();
            }
        }
    }
}
