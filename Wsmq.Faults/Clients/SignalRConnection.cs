using Microsoft.AspNetCore.SignalR.Client;
using Wsmq.Faults.History;

namespace Wsmq.Faults.Clients;

/// <summary>
/// One connection of a plain client. It handles messages one after another and acknowledges each after its handler; a handler that
/// fails ends the connection.
/// </summary>
internal sealed class SignalRConnection : IAsyncDisposable
{
    private readonly HubConnection _hub;
    private readonly Behaviour _behaviour;
    private readonly Action<HistoryEvent> _record;
    private readonly CancellationToken _stop;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SignalRConnection(HubConnection hub, int number, Behaviour behaviour, Action<HistoryEvent> record, CancellationToken stop)
    {
        (_hub, Number, _behaviour, _record, _stop) = (hub, number, behaviour, record, stop);
        hub.On<WsmqDelivery>("Receive", ReceiveAsync);
        hub.On<string, string, string, string>("Gap", (source, after, before, reason) =>
        {
            // As with messages: if this connection has failed, the next one announces the gap again.
            if (!_ended.Task.IsCompleted)
                Happened(new HistoryEvent { Kind = EventKind.Gap, Address = source, After = after, Before = before, Why = reason });
        });
        hub.On<WsmqLiveMessage>("Live", message =>
        {
            if (!_ended.Task.IsCompleted)
                Happened(Client.Pushed(message));
        });
        hub.On<string, string>("Stalled", (source, position) => Happened(new HistoryEvent { Kind = EventKind.Stalled, Address = source, Position = position }));
        hub.Closed += _ =>
        {
            _ended.TrySetResult();
            return Task.CompletedTask;
        };
        stop.Register(() => _ended.TrySetResult());
    }

    public int Number { get; }

    public bool IsOpen => !_ended.Task.IsCompleted && _hub.State == HubConnectionState.Connected;

    public Task Ended => _ended.Task;

    public async Task<bool> TryStartAsync(TimeSpan limit)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(_stop);
        timeout.CancelAfter(limit);
        try
        {
            await _hub.StartAsync(timeout.Token);
            return true;
        }
        catch (Exception) when (!_ended.Task.IsCompletedSuccessfully || _stop.IsCancellationRequested)
        {
            // The node or the network link is down: the caller tries again.
            return false;
        }
    }

    /// <summary>One attempt to send. The caller handles what it throws.</summary>
    public Task<WsmqReceipt> SendAsync(WsmqOutgoingMessage message, CancellationToken cancellationToken) => _hub.InvokeAsync<WsmqReceipt>("Send", message, cancellationToken);

    public ValueTask DisposeAsync()
    {
        _ended.TrySetResult();
        return _hub.DisposeAsync();
    }

    private async Task ReceiveAsync(WsmqDelivery delivery)
    {
        // If this connection has failed, the next one delivers the message again.
        if (_ended.Task.IsCompleted)
            return;
        var happened = new HistoryEvent
        {
            Kind = EventKind.Deliver, Address = delivery.Source, Id = Client.IdOf(delivery), Position = delivery.Position, Previous = delivery.Previous,
        };
        Happened(happened);
        try
        {
            await _behaviour.WaitAsync(_stop);
            if (_behaviour.Throws(delivery.Source, delivery.Position))
            {
                Happened(happened with { Kind = EventKind.Threw });
                _ended.TrySetResult();
                return;
            }

            Happened(happened with { Kind = EventKind.Ack });
            await _hub.SendAsync("Ack", delivery.Source, delivery.Position, _stop);
        }
        catch (Exception)
        {
            // Stopped, or disconnected: unacknowledged messages are delivered again.
            _ended.TrySetResult();
        }
    }

    private void Happened(HistoryEvent happened) => _record(happened with { Connection = Number });
}
