namespace Wsmq;

/// <summary>All parts of a client that live from a start to the stop.</summary>
internal sealed class ClientRun : IDisposable
{
    private readonly WsmqClientOptions _options;
    private readonly ClientEvents _events;
    private readonly CancellationTokenSource _beginning = new();
    private readonly CancellationTokenSource _handling = new();
    private readonly CancellationTokenSource _connecting = new();
    private readonly TimeoutCause _cause;
    private readonly Sources _sources;
    private readonly Acker _acker;
    private readonly Resumer _resumer;
    private readonly NackReports _failures;
    private readonly LiveQueue _live;
    private readonly QueueWorkers _workers;
    private readonly PresenceRegistry _presence;
    private readonly RequestResponder _responder;
    private readonly ConnectionLoop _connection;
    private readonly ClientState _state;
    private readonly Task _before;
    private Task _loops = Task.CompletedTask;
    private Task _connectionLoop = Task.CompletedTask;

    public ClientRun(ClientParts parts, Task before)
    {
        var (sessions, handlers, state, store, options, events) = parts;
        _presence = parts.Presence;
        (_options, _events, _state, _before) = (options, events, state, before);
        var stop = new RunTokens(_beginning.Token, _handling.Token);
        _cause = new TimeoutCause(options);
        Sender = new Sender(options, _cause, events.Logger, _connecting.Token);
        Calls = new HubCalls(options, _cause, events.Logger);
        _acker = new Acker(options, events);
        _resumer = new Resumer(options, events);
        _failures = new NackReports(_acker, options, events);
        _live = new LiveQueue(options, handlers, events);
        _workers = new QueueWorkers(handlers.Queues, options, events);
        _responder = new RequestResponder(handlers.Requests, new MessageFactory(options), options, events);
        var snapshots = new SnapshotLoader(handlers.Snapshots, _acker, _resumer, options, events);
        var messages = new Dispatcher(handlers, options, events);
        var loop = new SourceLoop(messages, _acker, _resumer, _failures, options, events)
        {
            Snapshots = snapshots, States = new StateLoop(messages, options, events),
        };
        _sources = new Sources(options, source => loop.RunAsync(source, before, stop));
        _resumer.Sources = _sources;
        var dispatcher = new SourceDispatcher(_sources, _live, _acker, _resumer, store, events)
        {
            Workers = _workers, Presence = _presence, Responder = _responder,
        };
        ISessionUser[] users =
        [
            parts.Reading, _cause, _resumer, _acker, _failures, Sender, Calls, _workers, _presence, _responder, snapshots, new Readers(handlers),
        ];
        _connection = new ConnectionLoop(sessions, dispatcher, users, state, options, events);
    }

    public Sender Sender { get; }

    public HubCalls Calls { get; }

    /// <summary>Completes with the first connection.</summary>
    public Task Connected => _connection.Connected;

    /// <summary>Completes once the first calls for jobs and offers to answer have had their answers.</summary>
    public Task FirstAnswersAsync() => _connection.FirstAnswersAsync();

    /// <summary>Whether the client will not connect again: its token was revoked, its user banned, or its start refused.</summary>
    public bool IsExpelled => _connection.Expelled is not null;

    /// <summary>Completes when all handlers have returned; set by the stop.</summary>
    public Task HandlersEnded { get; private set; } = Task.CompletedTask;

    /// <param name="endsWhenRefused">Whether a final refusal before the first connection ends the run.</param>
    public void Start(bool endsWhenRefused)
    {
        _cause.Started();
        _workers.Start();
        _state.Take(_connection);
        _connection.EndsWhenRefused = endsWhenRefused;
        _loops = Task.WhenAll(
            Watch(_acker.RunAsync), Watch(_resumer.RunAsync), Watch(_ => _live.RunAsync(_before, new RunTokens(_beginning.Token, _handling.Token))));
        _connectionLoop = Task.Run(() => _connection.RunAsync(_connecting.Token));
    }

    public void StartAfter(WsmqAddress source, WsmqPosition after) => _sources.Of(source).StartAfter(after);

    public void Load(WsmqAddress source) => _sources.Of(source).RequestLoad();

    public Task ResumeAsync(WsmqAddress source, WsmqPosition after, CancellationToken cancellationToken)
    {
        var state = _sources.Of(source);
        state.StartAfter(after);
        var answer = state.WhenResumed();
        _resumer.Wake();
        return answer.WaitAsync(cancellationToken);
    }

    /// <summary>
    /// Refuses new sends and calls, waits for those in flight and for handlers, sends the last acks, closes. Each step has a timeout.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Cease();
        _presence.Close(new WsmqException(WsmqErrors.ClientClosed, "the client was stopped"));
        await _responder.StopAsync(cancellationToken).ConfigureAwait(false);
        await _workers.StopAsync(cancellationToken).ConfigureAwait(false);
        await Task.WhenAll(Sender.CloseAsync(cancellationToken), Calls.CloseAsync(cancellationToken)).ConfigureAwait(false);

        // Awaited with a timeout: callbacks that the app has registered with the token run here.
        var cancelled = _handling.CancelAsync();
        _sources.Stop();
        HandlersEnded = Task.WhenAll(_before, _sources.WhenEnded(), _loops);
        await EndAsync(Task.WhenAll(cancelled, HandlersEnded), "handlers", cancellationToken).ConfigureAwait(false);
        await EndAsync(_acker.SendAllAsync(_connecting.Token), "acks", cancellationToken).ConfigureAwait(false);
        cancelled = _connecting.CancelAsync();
        await EndAsync(Task.WhenAll(cancelled, _connectionLoop), "the connection", cancellationToken).ConfigureAwait(false);
        await EndAsync(Sender.WhenQuiet(), "sends", cancellationToken).ConfigureAwait(false);
        _state.End(_connection);
    }

    /// <summary>Prevents further handler calls; running handlers continue.</summary>
    public void Cease()
    {
        _workers.StopTaking();
        try
        {
            _beginning.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // A concurrent stop has disposed it already.
        }
    }

    public void Dispose()
    {
        _beginning.Dispose();
        _handling.Dispose();
        _connecting.Dispose();
    }

    private async Task EndAsync(Task task, string what, CancellationToken cancellationToken)
    {
        if (!await Waits.TryAsync(task, _options, cancellationToken).ConfigureAwait(false))
            Log.StopTimedOut(_events.Logger, what);
    }

    // Ends a ReadAllAsync enumeration when the client will not connect again.
    private sealed class Readers(HandlerRegistry handlers) : ISessionUser
    {
        public void Attach(HubSession session)
        {
        }

        public void Detach()
        {
        }

        public void Expel(WsmqException reason) => handlers.StopReading();
    }

    private Task Watch(Func<CancellationToken, Task> loop) => Task.Run(async () =>
    {
        try
        {
            await loop(_handling.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_beginning.IsCancellationRequested)
        {
            // Stopped.
        }
        catch (Exception e)
        {
            Log.LoopFailed(_events.Logger, e);
        }
    });
}
