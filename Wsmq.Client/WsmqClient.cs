using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Wsmq;

/// <summary>
/// A client of a wsmq server: sends with retry, hands messages to handlers and acknowledges them when these succeeded, and keeps
/// the connection up until it is stopped. Safe for use from many threads.
/// </summary>
/// <remarks>
/// A message comes at least once and in the order of its address: after a crash or a lost ack it can come again to a new process;
/// within one start of the client it is handed to a handler that succeeded once only. The full text is in docs/guarantees.md.
/// </remarks>
public sealed partial class WsmqClient : IAsyncDisposable
{
    private readonly WsmqClientOptions _options = new();
    private readonly HandlerRegistry _handlers = new();
    private readonly ClientEvents _events;
    private readonly ClientState _state;
    private readonly StoreWatch _store;
    private readonly HubSessionFactory _sessions;
    private readonly MessageFactory _messages;
    private readonly SemaphoreSlim _starting = new(1, 1);
    private readonly Dictionary<Address, Position> _startBehind = [];
    private volatile ClientRun? _run;
    private bool _disposed;

    /// <summary>Makes a client; nothing is connected yet.</summary>
    /// <param name="url">The address of the hub, for example <c>https://example.test/wsmq</c>.</param>
    /// <param name="configure">Sets options; may be null.</param>
    /// <exception cref="ArgumentException">The address or an option cannot work; the message says which and why.</exception>
    public WsmqClient(Uri url, Action<WsmqClientOptions>? configure = null)
    {
        configure?.Invoke(_options);
        OptionChecks.Check(url, _options);
        _events = new ClientEvents((_options.LoggerFactory ?? NullLoggerFactory.Instance).CreateLogger<WsmqClient>(), _options.TimeProvider) { Sender = this };
        _state = new ClientState(_events);
        _store = new StoreWatch(_events);
        _sessions = new HubSessionFactory(url, _options);
        _messages = new MessageFactory(_options);
    }

    /// <summary>What the client is doing.</summary>
    public WsmqClientState State => _state.Current;

    /// <summary>The state has changed. Event handlers are called one after another and should return soon; what they throw is logged.</summary>
    public event EventHandler<WsmqStateChangedEventArgs>? StateChanged
    {
        add => _events.StateChanged += value;
        remove => _events.StateChanged -= value;
    }

    /// <summary>
    /// False while the server says that its store is away: sends are repeated until <see cref="WsmqClientOptions.SendTimeout"/>, and
    /// nothing is delivered. True until it is said for the first time; without a connection it stays as it was.
    /// </summary>
    public bool StoreAvailable => _store.Available;

    /// <summary><see cref="StoreAvailable"/> has changed.</summary>
    public event EventHandler<WsmqStoreStateChangedEventArgs>? StoreStateChanged
    {
        add => _events.StoreStateChanged += value;
        remove => _events.StoreStateChanged -= value;
    }

    /// <summary>Messages are missing and will not come. Raised in order, between the messages before and behind.</summary>
    public event EventHandler<WsmqGapEventArgs>? Gap
    {
        add => _events.Gap += value;
        remove => _events.Gap -= value;
    }

    /// <summary>The server waits for acks of a source.</summary>
    public event EventHandler<WsmqStalledEventArgs>? Stalled
    {
        add => _events.Stalled += value;
        remove => _events.Stalled -= value;
    }

    /// <summary>
    /// A message was set aside because attempts to handle it kept failing. It is raised when the server says so, which is not in the
    /// order of the messages.
    /// </summary>
    public event EventHandler<WsmqSkippedEventArgs>? Skipped
    {
        add => _events.Skipped += value;
        remove => _events.Skipped -= value;
    }

    /// <summary>An error that no caller is there to get.</summary>
    public event EventHandler<WsmqErrorEventArgs>? Error
    {
        add => _events.Error += value;
        remove => _events.Error -= value;
    }

    /// <summary>
    /// Starts the client, and waits until it is connected for the first time. Failed attempts are repeated without end, also where
    /// the token is refused (the next one may be a fresh one): each raises <see cref="Error"/>. Register handlers before.
    /// Only a client whose token was revoked or whose user was banned does not come back: it raises <see cref="Error"/>, is
    /// <see cref="WsmqClientState.Stopped"/>, and refuses sends with the same error, until it is started again.
    /// </summary>
    /// <param name="ct">Ends the wait, and stops the client if it has not connected by then.</param>
    /// <exception cref="WsmqException"><c>revoked</c> or <c>banned</c>, where the server says so before the first connection is up.</exception>
    /// <exception cref="OperationCanceledException">Cancelled, or stopped meanwhile.</exception>
    public async Task StartAsync(CancellationToken ct = default)
    {
        var run = await BeginAsync(ct).ConfigureAwait(false);
        try
        {
            await run.Connected.WaitAsync(ct).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested && !run.Connected.IsCompletedSuccessfully)
        {
            await EndAsync(run, CancellationToken.None).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// Stops the client: new sends are refused, those under way get their receipts, handlers are told to cancel and are waited for,
    /// and their last acks are sent; each for no longer than <see cref="WsmqClientOptions.StopTimeout"/>. It may be started again.
    /// Do not await it inside a handler: it waits for that handler.
    /// </summary>
    /// <param name="ct">Cuts the waits short.</param>
    public async Task StopAsync(CancellationToken ct = default)
    {
        if (_run is { } run)
            await EndAsync(run, ct).ConfigureAwait(false);
    }

    /// <summary>Stops the client for good.</summary>
    public async ValueTask DisposeAsync()
    {
        _disposed = true;
        await StopAsync().ConfigureAwait(false);
        _starting.Dispose();
    }

    private async Task<ClientRun> BeginAsync(CancellationToken ct)
    {
        await _starting.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_run is { IsExpelled: false } running)
                return running;
            if (_run is { } expelled)
                await CloseAsync(expelled, CancellationToken.None).ConfigureAwait(false);
            var run = new ClientRun(_sessions, _handlers, _state, _store, _options, _events);
            lock (_startBehind)
            {
                foreach (var (source, after) in _startBehind)
                    run.StartBehind(source, after);
                _startBehind.Clear();
                _run = run;
            }

            run.Start();
            return run;
        }
        finally
        {
            _starting.Release();
        }
    }

    private async Task EndAsync(ClientRun run, CancellationToken ct)
    {
        await _starting.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            if (_run == run)
                await CloseAsync(run, ct).ConfigureAwait(false);
        }
        finally
        {
            _starting.Release();
        }
    }

    private async Task CloseAsync(ClientRun run, CancellationToken ct)
    {
        await run.StopAsync(ct).ConfigureAwait(false);
        _handlers.StopReading();
        run.Dispose();
        _run = null;
    }
}
