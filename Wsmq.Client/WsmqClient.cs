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
    private readonly ClientParts _parts;
    private readonly MessageFactory _messages;
    private readonly SemaphoreSlim _starting = new(1, 1);
    private readonly Lock _gate = new();
    private readonly Dictionary<WsmqAddress, WsmqPosition> _startBehind = [];
    private volatile ClientRun? _run;
    private ClientRun? _prepared;
    private Task _before = Task.CompletedTask;
    private bool _stopped;
    private volatile bool _disposed;

    /// <summary>Makes a client; nothing is connected yet.</summary>
    /// <param name="url">The address of the hub, for example <c>https://example.test/wsmq</c>.</param>
    /// <param name="configure">Sets options; may be null.</param>
    /// <exception cref="ArgumentException">The address or an option cannot work; the message says which and why.</exception>
    public WsmqClient(Uri url, Action<WsmqClientOptions>? configure = null)
    {
        configure?.Invoke(_options);
        OptionChecks.Check(url, _options);
        _events = new ClientEvents((_options.LoggerFactory ?? NullLoggerFactory.Instance).CreateLogger<WsmqClient>(), _options.TimeProvider) { Sender = this };
        _parts = new ClientParts(
            new HubSessionFactory(url, _options), _handlers, new ClientState(_events), new StoreWatch(_events), _options, _events);
        _messages = new MessageFactory(_options);
    }

    /// <summary>What the client is doing.</summary>
    public WsmqClientState State => _parts.State.Current;

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
    public bool StoreAvailable => _parts.Store.Available;

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
    public event EventHandler<WsmqDeadLetteredEventArgs>? DeadLettered
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
    /// An attempt to connect failed: with which HTTP status, the likely cause in words, and when the next attempt follows. Raised for
    /// each, where the log has one line for each cause and outage. <see cref="Error"/> is raised as well.
    /// </summary>
    public event EventHandler<WsmqConnectFailedEventArgs>? ConnectFailed
    {
        add => _events.ConnectFailed += value;
        remove => _events.ConnectFailed -= value;
    }
}
