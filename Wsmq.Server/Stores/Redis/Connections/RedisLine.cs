using StackExchange.Redis;

namespace Wsmq.Server.Stores.Redis.Connections;

/// <summary>
/// A connection to Redis for one purpose, which can be replaced as a whole: when packets are lost, the driver considers the connection
/// healthy for minutes, and has no API to report that it is not.
/// </summary>
/// <param name="purpose">Part of the connection's client name.</param>
/// <param name="open">Opens a connection for the purpose.</param>
internal sealed class RedisLine(string purpose, Func<string, CancellationToken, Task<IConnectionMultiplexer>> open) : ILine, IAsyncDisposable
{
    private readonly Lock _lock = new();
    private IConnectionMultiplexer? _current;
    private Task _retired = Task.CompletedTask;
    private bool _opened;
    private int _closed;

    /// <summary>The connection was lost, restored or replaced.</summary>
    public event Action? Changed;

    /// <summary>The connection was restored or replaced: commands in flight and messages on its channels may be lost.</summary>
    public event Action? Restored;

    public string Purpose => purpose;

    public bool IsOpen => Volatile.Read(ref _current) is not null;

    /// <exception cref="WsmqException"><c>store-unavailable</c>: the old connection is closed and no new one is open yet.</exception>
    public IConnectionMultiplexer Current =>
        Volatile.Read(ref _current) ?? throw new WsmqException(WsmqErrors.StoreUnavailable, "not connected");

    /// <summary>Opens a new connection, and replaces the current one with it.</summary>
    /// <param name="prepare">Prepares the new connection. If it throws, the current one stays.</param>
    /// <param name="cancellationToken">Cancels the replacement.</param>
    public async Task ReplaceAsync(Func<IConnectionMultiplexer, Task> prepare, CancellationToken cancellationToken)
    {
        var closed = Volatile.Read(ref _closed);
        var fresh = await open(purpose, cancellationToken);
        try
        {
            await prepare(fresh);
        }
        catch
        {
            await fresh.DisposeAsync();
            throw;
        }

        if (!TryPut(fresh, closed, out var isFirst))
        {
            await fresh.DisposeAsync();
            throw new WsmqException(WsmqErrors.StoreUnavailable, "the primary changed while a connection to it was being opened");
        }

        if (!isFirst)
            OnRestored();
    }

    /// <summary>Closes the current connection; commands in flight fail. <see cref="ReplaceAsync"/> opens the next one.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _closed++;
            if (_current is { } old)
                Retire(old, CloseAsync(old));
            _current = null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _current, null) is { } current)
            await current.DisposeAsync();
        await _retired;
    }

    private bool TryPut(IConnectionMultiplexer fresh, int closed, out bool isFirst)
    {
        lock (_lock)
        {
            isFirst = !_opened;

            // Closed in the meantime: the new connection may lead to the same former primary.
            if (closed != _closed)
                return false;
            _opened = true;
            fresh.ConnectionFailed += OnFailed;
            fresh.ConnectionRestored += OnRestored;

            // Dispose, not close: commands in flight on the old connection may still be answered, as by healthy shards of a Cluster.
            if (_current is { } old)
                Retire(old, old.DisposeAsync().AsTask());
            _current = fresh;
            return true;
        }
    }

    private static async Task CloseAsync(IConnectionMultiplexer connection)
    {
        await connection.CloseAsync(allowCommandsToComplete: false);
        await connection.DisposeAsync();
    }

    // Called inside the lock.
    private void Retire(IConnectionMultiplexer old, Task ended)
    {
        old.ConnectionFailed -= OnFailed;
        old.ConnectionRestored -= OnRestored;
        _retired = Task.WhenAll(_retired, ended);
    }

    private void OnFailed(object? sender, ConnectionFailedEventArgs e) => Changed?.Invoke();

    private void OnRestored(object? sender, ConnectionFailedEventArgs e) => OnRestored();

    private void OnRestored()
    {
        Changed?.Invoke();
        Restored?.Invoke();
    }
}
