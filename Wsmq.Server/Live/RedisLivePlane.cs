using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.StackExchangeRedis;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Wsmq.Server.Connections;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Framing;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Live;

/// <summary>
/// SignalR's Redis backplane for the wsmq hub only. Also registers the connections of this node for the pumps, and ensures that messages
/// do not wait for the live plane: a connection is accepted whether or not its subscriptions are confirmed.
/// </summary>
internal sealed class RedisLivePlane : RedisHubLifetimeManager<WsmqHub>
{
    // Many round trips of a healthy Redis, and short compared with a client's timeouts.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(250);

    private readonly ConnectionRegistry _connections;
    private readonly RedisBackplane _backplane;
    private readonly ILogger _logger;
    private readonly BriefWait _moment;
    private bool _notified;

    public RedisLivePlane(
        ConnectionRegistry connections, IStore store, HubProtocol protocol, TimeProvider time, ILoggerFactory loggers, LogGate gate)
        : base(new BackplaneLogger(loggers, gate), Options.Create(OptionsFor(((IBackplaneOwner)store).Backplane)), protocol)
    {
        (_connections, _backplane) = (connections, ((IBackplaneOwner)store).Backplane);
        _logger = new GatedLogger<RedisLivePlane>(loggers, gate);
        _moment = new BriefWait(LongestWait, time, LogFailure);
    }

    public override Task OnConnectedAsync(HubConnectionContext connection)
    {
        _connections.Add(connection);
        var joining = JoinAsync(() => base.OnConnectedAsync(connection));
        if (!joining.IsCompleted)
            connection.Features.Set(new Joining(joining));
        return _moment.ForAsync(joining);
    }

    public override Task OnDisconnectedAsync(HubConnectionContext connection)
    {
        _connections.Remove(connection);
        return _moment.ForAsync(LeaveAsync(connection));
    }

    public override Task AddToGroupAsync(string connectionId, string groupName, CancellationToken cancellationToken = default)
    {
        Task AddAsync() => base.AddToGroupAsync(connectionId, groupName, cancellationToken);
        return _connections.Has(connectionId) ? _moment.ForAsync(JoinAsync(AddAsync)) : AddAsync();
    }

    private static RedisOptions OptionsFor(RedisBackplane backplane) => new() { ConnectionFactory = _ => backplane.OpenAsync() };

    private async Task JoinAsync(Func<Task> join)
    {
        try
        {
            await join();
            await _backplane.ConfirmedAsync();
            Volatile.Write(ref _notified, false);
        }
        catch (Exception e) when (e is RedisException or TimeoutException or OperationCanceledException or ObjectDisposedException)
        {
            // Redis is unavailable, or the node is stopping. The driver subscribes when it reconnects: no retry is needed.
            LogFailure(e);
        }
    }

    private void LogFailure(Exception e)
    {
        if (!Interlocked.Exchange(ref _notified, true))
            Log.LivePlaneLate(_logger, e);
    }

    private async Task LeaveAsync(HubConnectionContext connection)
    {
        // A subscription that is not confirmed cannot be undone: wait for it.
        if (connection.Features.Get<Joining>() is { } joining)
            await joining.Task;
        await base.OnDisconnectedAsync(connection);
    }

    private sealed class Joining
    {
        public Joining(Task task)
        {
            Task = task;

            // Release the task once the connection has joined, so that it does not stay in memory.
            _ = task.ContinueWith(
                static (_, joining) => ((Joining)joining!).Task = Task.CompletedTask,
                this,
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
        }

        public Task Task { get; private set; }
    }

    // Rate-limited: any program that publishes malformed data on the channels could otherwise fill the log. SignalR's error about a failed
    // connect is dropped, because SignalR throws it as well: the start fails with it, or the call that needed the connection.
    private sealed class BackplaneLogger(ILoggerFactory loggers, LogGate gate)
        : GatedLogger(loggers.CreateLogger<RedisHubLifetimeManager<WsmqHub>>(), gate, nameof(RedisHubLifetimeManager<>)),
            ILogger<RedisHubLifetimeManager<WsmqHub>>, ILogger
    {
        private const string NotOpened = "ErrorConnecting";

        void ILogger.Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Name != NotOpened)
                Log(logLevel, eventId, state, exception, formatter);
        }
    }
}
