using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Wsmq.Faults.History;

namespace Wsmq.Faults.Clients;

/// <summary>A client without the wsmq client library, written according to docs/protocol.md.</summary>
internal sealed class SignalRClient(string user, string device, IReadOnlyList<string> groups, Func<Uri> node, Timings timings, HistoryFile history)
    : Client(user, device, groups, node, timings, history)
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _calls = new();
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private SignalRConnection? _current;
    private Task _loop = Task.CompletedTask;

    public override bool IsConnected => Volatile.Read(ref _current)?.IsOpen == true;

    protected override string Kind => EventKind.Plain;

    // As in OurClient: the order of the record is that of the calls.
    public override Task SendAsync(string to)
    {
        lock (_calls)
            return new SignalRSend(NextMessage(to), Record).RunAsync(() => Volatile.Read(ref _current), _stop.Token);
    }

    /// <remarks>Their order is kept for messages that are stored at the first attempt, on one connection.</remarks>
    public override Task SendManyAsync(string to, int count)
    {
        var sends = new List<Task>();
        for (var i = 0; i < count; i++)
            sends.Add(SendAsync(to));
        return Task.WhenAll(sends);
    }

    protected override Task ConnectAsync()
    {
        _loop = Task.Run(RunAsync);
        return _first.Task;
    }

    protected override async Task DisconnectAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        for (var number = 1; !_stop.IsCancellationRequested; number++)
        {
            await using var connection = new SignalRConnection(Build(), number, Behaviour, Record, _stop.Token);
            if (await connection.TryStartAsync(Timings.ConnectionTimeout))
            {
                Volatile.Write(ref _current, connection);
                Record(new HistoryEvent { Kind = EventKind.State, Connection = number, Why = EventKind.Connected });
                _first.TrySetResult();
                await connection.Ended;
                Volatile.Write(ref _current, null);
                Record(new HistoryEvent { Kind = EventKind.State, Connection = number, Why = "Lost" });
            }

            await Task.Delay(Random.Shared.Next(100, 600), _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private HubConnection Build() => new HubConnectionBuilder()
        .WithUrl($"{Url}&device={Uri.EscapeDataString(DeviceName)}", HttpTransportType.WebSockets, o => o.SkipNegotiation = true)
        .WithServerTimeout(Timings.ConnectionTimeout)
        .WithKeepAliveInterval(Timings.ConnectionTimeout / 4)
        .Build();
}
