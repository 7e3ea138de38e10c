using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Wsmq.Faults.History;

namespace Wsmq.Faults.Clients;

/// <summary>A WebSocket client with the minimum of the protocol, so that this process can run thousands of them.</summary>
internal sealed class SocketClient(string user, Func<Uri> node, HistoryFile history) : IAsyncDisposable
{
    private static readonly TimeSpan AttemptLimit = TimeSpan.FromSeconds(20);

    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private TaskCompletionSource _letIn = NewSource();
    private TaskCompletionSource _mayConnect = NewSource();
    private SocketConnection? _connection;
    private Task _loop = Task.CompletedTask;
    private bool _counts;
    private int _received;

    public string User => user;

    public int Received => Volatile.Read(ref _received);

    private string Name => $"{user}/default";

    /// <summary>Connects, and reconnects until it is disposed. Returns once the server has accepted the connection.</summary>
    public Task ConnectAsync(CancellationToken stop)
    {
        Task letIn;
        lock (_lock)
        {
            _mayConnect.TrySetResult();
            letIn = _letIn.Task;
        }

        if (_loop.IsCompleted)
            _loop = Task.Run(RunAsync, CancellationToken.None);
        return letIn.WaitAsync(stop);
    }

    /// <summary>Cuts the connection, and stays disconnected until <see cref="ConnectAsync"/>.</summary>
    public void Leave()
    {
        lock (_lock)
            (_mayConnect, _letIn) = (NewSource(), NewSource());
        Volatile.Read(ref _connection)?.Abort();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        Volatile.Read(ref _connection)?.Abort();
        await _loop;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        var pause = 100;
        for (var number = 1; !_stop.IsCancellationRequested; number++)
        {
            Task may;
            lock (_lock)
                may = _mayConnect.Task;
            await may.WaitAsync(_stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await using (var connection = new SocketConnection(user, delivery => Take(delivery, number), gap => Miss(gap, number)))
            {
                Volatile.Write(ref _connection, connection);
                pause = await TryAsync(connection) ? 100 : Math.Min(2 * pause, 2000);
                Volatile.Write(ref _connection, null);
            }

            await Task.Delay(Random.Shared.Next(pause / 2, pause), _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Returns false if the connection was refused, else true once it has ended.</summary>
    private async Task<bool> TryAsync(SocketConnection connection)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        limit.CancelAfter(AttemptLimit);
        if (!await connection.TryStartAsync(new UriBuilder(node()) { Scheme = "ws", Path = Nodes.NodeCommand.HubPath, Query = $"user={user}" }.Uri, limit.Token))
            return false;
        if (!_counts)
            history.Add(new HistoryEvent { Kind = EventKind.Device, Device = Name, Why = EventKind.Plain, Reads = [$"user:{user}"] });
        _counts = true;
        lock (_lock)
        {
            // Leave may have been called meanwhile.
            if (_mayConnect.Task.IsCompleted)
                _letIn.TrySetResult();
            else
                connection.Abort();
        }

        await connection.Ended;
        return true;
    }

    private void Take(JsonElement delivery, int number)
    {
        var happened = new HistoryEvent
        {
            Kind = EventKind.Deliver, Device = Name, Connection = number, Address = delivery.GetProperty("source").GetString(),
            Id = delivery.GetProperty(delivery.TryGetProperty("correlationId", out _) ? "correlationId" : "id").GetString(), Position = delivery.GetProperty("position").GetString(),
            Previous = delivery.GetProperty("previous").GetString(),
        };
        history.Add(happened);
        history.Add(happened with { Kind = EventKind.Ack });
        Interlocked.Increment(ref _received);
    }

    private void Miss(JsonElement gap, int number) => history.Add(new HistoryEvent
    {
        Kind = EventKind.Gap, Device = Name, Connection = number, Address = gap[0].GetString(), After = gap[1].GetString(), Before = gap[2].GetString(),
        Why = gap[3].GetString(),
    });

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
