using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.StackExchangeRedis;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Hubs;
using Wsmq.Server.Logs;

namespace Wsmq.Server.Redis.Backplane;

/// <summary>
/// SignalR's Redis backplane for our hub alone. Beside it, notes the connections of this node for the pumps, and sees to it that
/// messages do not wait for the live plane: a connection is let in whether or not its subscriptions are confirmed.
/// </summary>
internal sealed class RedisLivePlane(
    ConnectionRegistry connections, IStore store, HubProtocol protocol, TimeProvider time, ILoggerFactory loggers, LogGate gate)
    : RedisHubLifetimeManager<WsmqHub>(new BackplaneLogger(loggers, gate), Options.Create(OptionsFor(((RedisStore)store).Backplane)), protocol)
{
    // Many round trips of a Redis that is well, and nothing beside a client's own time-outs.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(250);

    private readonly RedisBackplane _backplane = ((RedisStore)store).Backplane;
    private readonly ILogger _logger = new GatedLogger<RedisLivePlane>(loggers, gate);
    private Task _late = Task.CompletedTask;
    private bool _told;

    public override Task OnConnectedAsync(HubConnectionContext connection)
    {
        connections.Add(connection);
        var joining = JoinAsync(() => base.OnConnectedAsync(connection));
        if (!joining.IsCompleted)
            connection.Features.Set(new Joining(joining));
        return MomentAsync(joining);
    }

    public override Task OnDisconnectedAsync(HubConnectionContext connection)
    {
        connections.Remove(connection);
        return MomentAsync(LeaveAsync(connection));
    }

    public override Task AddToGroupAsync(string connectionId, string groupName, CancellationToken cancellationToken = default)
    {
        Task AddAsync() => base.AddToGroupAsync(connectionId, groupName, cancellationToken);
        return connections.Has(connectionId) ? MomentAsync(JoinAsync(AddAsync)) : AddAsync();
    }

    private static RedisOptions OptionsFor(RedisBackplane backplane) => new() { ConnectionFactory = _ => backplane.OpenAsync() };

    private async Task JoinAsync(Func<Task> join)
    {
        try
        {
            await join();
            await _backplane.ConfirmedAsync();
            Volatile.Write(ref _told, false);
        }
        catch (Exception e) when (e is RedisException or TimeoutException or OperationCanceledException or ObjectDisposedException)
        {
            // Redis is away, or the node stops. The driver subscribes when it is back: nothing has to be done again.
            Tell(e);
        }
    }

    private void Tell(Exception e)
    {
        if (!Interlocked.Exchange(ref _told, true))
            Log.LivePlaneLate(_logger, e);
    }

    private async Task LeaveAsync(HubConnectionContext connection)
    {
        // What was not confirmed could not be taken back.
        if (connection.Features.Get<Joining>() is { } joining)
            await joining.Task;
        await base.OnDisconnectedAsync(connection);
    }

    /// <summary>Waits for Redis for a moment; while somebody's turn takes longer, nobody waits.</summary>
    private async Task MomentAsync(Task work)
    {
        if (!work.IsCompleted && !Volatile.Read(ref _late).IsCompleted)
        {
            _ = ObserveAsync(work);
            return;
        }

        try
        {
            await work.WaitAsync(LongestWait, time);
        }
        catch (TimeoutException) when (!work.IsCompleted)
        {
            Volatile.Write(ref _late, ObserveAsync(work));
        }
    }

    // Nobody else learns any more how it ends.
    private async Task ObserveAsync(Task work)
    {
        try
        {
            await work;
        }
        catch (Exception e)
        {
            Tell(e);
        }
    }

    private sealed class Joining
    {
        public Joining(Task task)
        {
            Task = task;

            // A connection that has joined keeps nothing of it.
            _ = task.ContinueWith(
                static (_, joining) => ((Joining)joining!).Task = Task.CompletedTask,
                this,
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
        }

        public Task Task { get; private set; }
    }

    // Whoever publishes at Redis could otherwise fill the log with what is no push. What SignalR could not open it throws as well:
    // the start fails with it, or the call that needed the line.
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
