using Microsoft.Extensions.Logging;

namespace Wsmq;

/// <summary>
/// A client of a wsmq server, a durable message queue over WebSockets. It sends messages with retries, passes received messages to
/// handlers, acknowledges each when its handler has succeeded, and reconnects until it is stopped. Register handlers with
/// <see cref="On{T}(Func{WsmqMessage{T}, CancellationToken, Task})"/>, then call <see cref="StartAsync"/>. All members are thread-safe.
/// </summary>
/// <remarks>
/// Delivery is at least once and in the order of each address. After a crash or a lost ack, a new process may receive a message again.
/// Between a start of the client and its stop, a message whose handler has succeeded is not handled again. See docs/guarantees.md.
/// </remarks>
public sealed partial class WsmqClient : IAsyncDisposable
{
    private readonly WsmqClientOptions _options = new();
    private readonly HandlerRegistry _handlers = new();
    private readonly ClientEvents _events;
    private readonly ClientParts _parts;
    private readonly MessageFactory _messages;
    private readonly SemaphoreSlim _starting = new(1, 1);
    private readonly Lock _gate = new();
    private readonly Dictionary<WsmqAddress, WsmqPosition> _startAfter = [];
    private volatile ClientRun? _run;
    private ClientRun? _prepared;
    private Task _before = Task.CompletedTask;
    private bool _stopped;
    private volatile bool _disposed;

    /// <summary>Creates a client without connecting it: call <see cref="StartAsync"/> for that.</summary>
    /// <param name="url">The URL of the hub, for example <c>https://example.test/wsmq</c>.</param>
    /// <param name="configure">Sets options; may be null.</param>
    /// <exception cref="ArgumentException">The URL or an option is invalid; the message names it and the reason.</exception>
    public WsmqClient(Uri url, Action<WsmqClientOptions>? configure = null)
    {
        configure?.Invoke(_options);
        OptionChecks.Check(url, _options);
        var logger = _options.LoggerFactory?.CreateLogger<WsmqClient>() ?? (ILogger)new StandardErrorLog();
        _events = new ClientEvents(logger, _options.TimeProvider) { Sender = this };
        var reading = new ReadingRegistry(_options, _events);
        _parts = new ClientParts(
            new HubSessionFactory(url, _options, () => reading.Holds), _handlers, new ClientState(_events), new StoreWatch(_events), _options, _events)
        {
            Presence = new PresenceRegistry(_options, _events), Reading = reading,
        };
        _messages = new MessageFactory(_options);
        Queues = new HubQueues(() => Run.Calls);
    }

    /// <summary>The state of the client; <see cref="StateChanged"/> reports changes.</summary>
    public WsmqClientState State => _parts.State.Current;

    /// <summary>
    /// Raised when <see cref="State"/> has changed. The client calls event handlers one after another, so they should return quickly;
    /// it logs what they throw.
    /// </summary>
    public event EventHandler<WsmqStateChangedEventArgs>? StateChanged
    {
        add => _events.StateChanged += value;
        remove => _events.StateChanged -= value;
    }

    /// <summary>
    /// False while the server reports that its store is unavailable: sends are then retried until
    /// <see cref="WsmqClientOptions.SendTimeout"/>, and nothing is delivered. True until the server reports otherwise; keeps its value
    /// while there is no connection.
    /// </summary>
    public bool StoreAvailable => _parts.Store.Available;

    /// <summary>Raised when <see cref="StoreAvailable"/> has changed.</summary>
    public event EventHandler<WsmqStoreStateChangedEventArgs>? StoreStateChanged
    {
        add => _events.StoreStateChanged += value;
        remove => _events.StoreStateChanged -= value;
    }

    /// <summary>
    /// Raised when messages of a source are missing and will not be delivered, for example because retention removed them. Raised in
    /// order: after the message before the gap and before the message after it. To load the app's data again, use
    /// <see cref="Snapshot"/>: it knows from where to go on.
    /// </summary>
    public event EventHandler<WsmqGapEventArgs>? Gap
    {
        add => _events.Gap += value;
        remove => _events.Gap -= value;
    }

    /// <summary>
    /// Raised when the server waits for acks of a source: a handler is slow or keeps failing, or there is no handler. Raised after
    /// 30 seconds without an ack by default (an option of the server); deliveries continue with the next ack.
    /// </summary>
    public event EventHandler<WsmqStalledEventArgs>? Stalled
    {
        add => _events.Stalled += value;
        remove => _events.Stalled -= value;
    }

    /// <summary>
    /// Raised when the server has dead-lettered a message for this device, because attempts to handle it kept failing. It is raised as
    /// soon as the server reports it, not in the order of the messages.
    /// </summary>
    public event EventHandler<WsmqDeadLetteredEventArgs>? DeadLettered
    {
        add => _events.DeadLettered += value;
        remove => _events.DeadLettered -= value;
    }

    /// <summary>
    /// Raised when another device of the user has acknowledged a message which is for any device
    /// (<see cref="WsmqDeliveryMode.AnyDevice"/>) and which this client has got and not acknowledged. If its handler has not begun here, it is not
    /// called; one that runs goes on.
    /// </summary>
    public event EventHandler<WsmqClearedEventArgs>? Cleared
    {
        add => _events.Cleared += value;
        remove => _events.Cleared -= value;
    }

    /// <summary>
    /// Raised for an error that has no caller to throw to, such as a failed handler or a lost connection.
    /// <see cref="WsmqErrorEventArgs.Operation"/> states what failed and what happens next.
    /// </summary>
    public event EventHandler<WsmqErrorEventArgs>? Error
    {
        add => _events.Error += value;
        remove => _events.Error -= value;
    }

    /// <summary>
    /// Raised for each failed attempt to connect, with the HTTP status, the likely cause in words, and the time until the next attempt.
    /// The log has only one warning for each cause and outage. <see cref="Error"/> is raised as well.
    /// </summary>
    public event EventHandler<WsmqConnectFailedEventArgs>? ConnectFailed
    {
        add => _events.ConnectFailed += value;
        remove => _events.ConnectFailed -= value;
    }
}
