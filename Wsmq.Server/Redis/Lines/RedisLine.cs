using StackExchange.Redis;

namespace Wsmq.Server.Redis.Lines;

/// <summary>
/// A connection to Redis with one purpose, which can be replaced as a whole: the driver goes on believing in a connection whose
/// packets get lost for minutes, and knows no way to be told.
/// </summary>
/// <param name="purpose">Stands in the connection's name.</param>
/// <param name="open">Opens one.</param>
internal sealed class RedisLine(string purpose, Func<string, CancellationToken, Task<IConnectionMultiplexer>> open) : ILine, IAsyncDisposable
{
    private readonly Lock _lock = new();
    private IConnectionMultiplexer? _current;
    private Task _retired = Task.CompletedTask;
    private bool _opened;
    private int _closed;

    /// <summary>It broke, is back, or was replaced.</summary>
    public event Action? Changed;

    /// <summary>It is back, or was replaced: what was under way or was heard over it may be lost.</summary>
    public event Action? Restored;

    public string Purpose => purpose;

    public bool IsOpen => Volatile.Read(ref _current) is not null;

    /// <exception cref="WsmqException"><c>store-unavailable</c>: the old one is closed and there is no new one yet.</exception>
    public IConnectionMultiplexer Current =>
        Volatile.Read(ref _current) ?? throw new WsmqException(WsmqErrors.StoreUnavailable, "not connected");

    /// <summary>Opens one more connection, and puts it in the place of the present one.</summary>
    /// <param name="prepare">What the new one needs first. Where it throws, the present one stays.</param>
    /// <param name="cancellationToken">Gives up.</param>
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
            throw new WsmqException(WsmqErrors.StoreUnavailable, "the primary is another one by now");
        }

        if (!isFirst)
            OnRestored();
    }

    /// <summary>Ends the present connection; what is under way fails. The next one is opened by <see cref="ReplaceAsync"/>.</summary>
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

            // Closed meanwhile: the new one may be to the server that the line was closed for.
            if (closed != _closed)
                return false;
            _opened = true;
            fresh.ConnectionFailed += OnFailed;
            fresh.ConnectionRestored += OnRestored;

            // What is under way on the old one may still be answered, as on the healthy shards of a Cluster.
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

    // Inside the lock.
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
