using Microsoft.AspNetCore.SignalR.Client;

namespace Wsmq;

/// <summary>
/// One connection from its start to its end. Every restart makes a new one, so that nothing of an old connection can be taken for
/// something of the new.
/// </summary>
internal sealed class HubSession : IAsyncDisposable
{
    private const int MostMilliseconds = 600_000;

    private readonly HubConnection _connection;
    private readonly TaskCompletionSource<Exception?> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly TaskCompletionSource _accepted = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly TaskCompletionSource<TimeSpan> _leave = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public HubSession(HubConnection connection, ISessionReceiver receiver)
    {
        _connection = connection;
        connection.On<Delivery>(nameof(IWsmqClient.Receive), receiver.Receive);
        connection.On<IReadOnlyList<Delivery>>(nameof(IWsmqClient.ReceiveMany), receiver.ReceiveMany);
        connection.On<string, string, string, string>(nameof(IWsmqClient.Gap), receiver.Gap);
        connection.On<LiveMessage>(nameof(IWsmqClient.Live), receiver.Live);
        connection.On<string, string>(nameof(IWsmqClient.Stalled), receiver.Stalled);
        connection.On<string, string, int>(nameof(IWsmqClient.Skipped), receiver.Skipped);
        connection.On<int>(nameof(IWsmqClient.Reconnect), milliseconds => _leave.TrySetResult(Bounded(milliseconds)));
        connection.On<bool>(nameof(IWsmqClient.StoreState), available =>
        {
            _accepted.TrySetResult();
            receiver.StoreState(available);
        });
        connection.Closed += error =>
        {
            _ended.TrySetResult(error);
            return Task.CompletedTask;
        };
    }

    /// <summary>Completes when the connection is gone, with the error if there was one.</summary>
    public Task<Exception?> Ended => _ended.Task;

    /// <summary>Completes when the hub has let the connection in: the handshake alone succeeds also where it is refused.</summary>
    public Task Accepted => _accepted.Task;

    /// <summary>Completes when the server asks to connect anew, with the time after which.</summary>
    public Task<TimeSpan> AskedToLeave => _leave.Task;

    public Task StartAsync(CancellationToken ct) => _connection.StartAsync(ct);

    /// <summary>Opens the stream of sends; the server takes one at a time.</summary>
    public IAsyncEnumerable<PublishResult[]> PublishAsync(IAsyncEnumerable<SendFrame> frames) =>
        _connection.StreamAsync<PublishResult[]>(nameof(IWsmqHub.Publish), frames);

    // The calls take no token: cancelling one would not undo it, and its place in the server's limit stays taken until it answers.
    public Task AckAsync(Address source, Position position) =>
        _connection.InvokeAsync(nameof(IWsmqHub.Ack), source.ToString(), position.ToString());

    public Task ResumeAsync(Address source, Position after) =>
        _connection.InvokeAsync(nameof(IWsmqHub.Resume), source.ToString(), after.ToString());

    public Task FailAsync(Address source, Position position, string? reason) =>
        _connection.InvokeAsync<int>(nameof(IWsmqHub.Fail), source.ToString(), position.ToString(), reason);

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    // Whatever a server says: a connection is left in order, and within a time.
    private static TimeSpan Bounded(int milliseconds) => TimeSpan.FromMilliseconds(Math.Clamp(milliseconds, 0, MostMilliseconds));
}
