using Microsoft.AspNetCore.SignalR.Client;

namespace Wsmq;

/// <summary>
/// One connection from its start to its end. Every reconnect creates a new session, so that calls of an old connection cannot be
/// mistaken for those of the new one.
/// </summary>
internal sealed class HubSession : IAsyncDisposable
{
    private const int MostMilliseconds = 600_000;

    private readonly HubConnection _connection;
    private readonly TaskCompletionSource<Exception?> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly TaskCompletionSource _accepted = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly TaskCompletionSource<TimeSpan> _leave = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Until the session is used: then what is set is sent over it.
    private volatile Func<bool>? _mustBeHeld;
    private volatile bool _isLeft;

    /// <param name="connection">The connection.</param>
    /// <param name="receiver">Receives the server's calls.</param>
    /// <param name="isHeld">Whether the server delivers nothing before <see cref="BeginReadingAsync"/>.</param>
    /// <param name="mustBeHeld">Whether the app has set something meanwhile for which the connection would have to be held.</param>
    public HubSession(HubConnection connection, ISessionReceiver receiver, bool isHeld, Func<bool> mustBeHeld)
    {
        IsHeld = isHeld;
        _mustBeHeld = isHeld ? null : mustBeHeld;
        _connection = connection;
        var reads = new SourceCalls(receiver, () => _isLeft || _mustBeHeld?.Invoke() == true);
        connection.On<WsmqDelivery>(nameof(IWsmqReceiver.Receive), reads.Receive);
        connection.On<IReadOnlyList<WsmqDelivery>>(nameof(IWsmqReceiver.ReceiveMany), reads.ReceiveMany);
        connection.On<string, string, string, string>(nameof(IWsmqReceiver.Gap), reads.Gap);
        connection.On<string, IReadOnlyList<WsmqDelivery>, string?>(nameof(IWsmqReceiver.State), new StateCalls(reads.State).Add);
        connection.On<string, string, string>(nameof(IWsmqReceiver.Skipped), reads.Skipped);
        connection.On<string, string>(nameof(IWsmqReceiver.Cleared), reads.Cleared);
        connection.On<WsmqLiveMessage>(nameof(IWsmqReceiver.Live), receiver.Live);
        connection.On<string, string>(nameof(IWsmqReceiver.Stalled), receiver.Stalled);
        connection.On<string, string, int>(nameof(IWsmqReceiver.DeadLettered), receiver.DeadLettered);
        connection.On<int>(nameof(IWsmqReceiver.Reconnect), milliseconds => _leave.TrySetResult(Bounded(milliseconds)));
        connection.On<bool>(nameof(IWsmqReceiver.StoreState), available =>
        {
            _accepted.TrySetResult();
            receiver.StoreState(available);
        });
        connection.On<WsmqJobDelivery>(nameof(IWsmqReceiver.Job), job => receiver.JobMany([job]));
        connection.On<IReadOnlyList<WsmqJobDelivery>>(nameof(IWsmqReceiver.JobMany), receiver.JobMany);
        connection.On<string>(nameof(IWsmqReceiver.HandBackJobs), receiver.HandBackJobs);
        connection.On<string, string, string>(nameof(IWsmqReceiver.JobCancelled), receiver.JobCancelled);
        connection.On<IReadOnlyList<WsmqMessageStatus>>(nameof(IWsmqReceiver.StatusChanged), receiver.StatusChanged);
        connection.On<WsmqPresenceChange>(nameof(IWsmqReceiver.Presence), receiver.Presence);
        connection.On<WsmqIncomingRequest>(nameof(IWsmqReceiver.Request), receiver.Request);
        connection.On<string>(nameof(IWsmqReceiver.RequestCancelled), receiver.RequestCancelled);
        connection.Closed += error =>
        {
            _ended.TrySetResult(error);
            return Task.CompletedTask;
        };
    }

    /// <summary>Whether the server delivers nothing before <see cref="BeginReadingAsync"/>.</summary>
    public bool IsHeld { get; }

    /// <summary>Completes when the connection has ended, with the error or null.</summary>
    public Task<Exception?> Ended => _ended.Task;

    /// <summary>Completes when the hub has accepted the connection. The handshake also succeeds where the hub then refuses.</summary>
    public Task Accepted => _accepted.Task;

    /// <summary>Whether the next connection is to be used in place of this one, see <see cref="Leave"/>.</summary>
    public bool IsLeft => _isLeft;

    /// <summary>Completes when the server requests a reconnect, with the delay; or after <see cref="Leave"/>.</summary>
    public Task<TimeSpan> AskedToLeave => _leave.Task;

    public Task StartAsync(CancellationToken cancellationToken) => _connection.StartAsync(cancellationToken);

    /// <summary>What the app sets of its sources is sent over this connection from now on.</summary>
    public void BeginUse() => _mustBeHeld = null;

    /// <summary>Leaves the connection for the next one: nothing of its sources counts that it still receives.</summary>
    public void Leave()
    {
        _isLeft = true;
        _leave.TrySetResult(TimeSpan.Zero);
    }

    /// <summary>Opens the stream of sends; the server accepts one at a time.</summary>
    public IAsyncEnumerable<WsmqItemResult[]> SendStreamAsync(IAsyncEnumerable<SendFrame> frames) =>
        _connection.StreamAsync<WsmqItemResult[]>(nameof(IWsmqHub.SendStream), frames);

    /// <summary>The same for a producer, whose messages have numbers.</summary>
    public IAsyncEnumerable<WsmqItemResult[]> ProduceAsync(string producer, long epoch, IAsyncEnumerable<SendFrame> frames) =>
        _connection.StreamAsync<WsmqItemResult[]>(nameof(IWsmqHub.Produce), producer, epoch, frames);

    // The calls have no cancellation token: cancelling would not undo them, and the server counts each until it has answered.
    public Task AckAsync(WsmqAddress source, WsmqPosition position) =>
        _connection.InvokeAsync(nameof(IWsmqHub.Ack), source.ToString(), position.ToString());

    public Task ResumeAsync(WsmqAddress source, WsmqPosition after) =>
        _connection.InvokeAsync(nameof(IWsmqHub.Resume), source.ToString(), after.ToString());

    public Task SetFilterAsync(string source, WsmqFilter? filter) =>
        _connection.InvokeAsync(nameof(IWsmqHub.SetFilter), source, filter);

    public Task PauseReadingAsync(WsmqAddress source, bool paused) =>
        _connection.InvokeAsync(paused ? nameof(IWsmqHub.PauseReading) : nameof(IWsmqHub.ResumeReading), source.ToString());

    public Task BeginReadingAsync() => _connection.InvokeAsync(nameof(IWsmqHub.BeginReading));

    public Task NackAsync(WsmqAddress source, WsmqPosition position, string? reason) =>
        _connection.InvokeAsync<int>(nameof(IWsmqHub.Nack), source.ToString(), position.ToString(), reason);

    public Task<WsmqWorkGrant> WorkAsync(WsmqAddress queue, int credit) =>
        _connection.InvokeAsync<WsmqWorkGrant>(nameof(IWsmqHub.Work), queue.ToString(), credit);

    public Task ExtendAsync(WsmqAddress queue, JobLease lease) => InvokeAsync(nameof(IWsmqHub.Extend), queue, lease);

    public Task ReportProgressAsync(WsmqAddress queue, JobLease lease, WsmqJsonBody progress) =>
        InvokeAsync(nameof(IWsmqHub.ReportProgress), queue, lease, progress);

    /// <summary>Completes several jobs; the result has null, or the text of an error, for each.</summary>
    public Task<string?[]> CompleteAsync(WsmqAddress queue, IEnumerable<JobLease> leases) => _connection.InvokeAsync<string?[]>(
        nameof(IWsmqHub.CompleteMany), queue.ToString(), leases.Select(l => new WsmqJobLease(l.Job.ToString(), l.Token)).ToArray());

    public Task SettleAsync(WsmqAddress queue, Settlement end) => end.Kind switch
    {
        SettlementKind.HandBack => InvokeAsync(nameof(IWsmqHub.HandBack), queue, end.Lease),
        SettlementKind.Reject => InvokeAsync(nameof(IWsmqHub.Reject), queue, end.Lease, end.Reason),
        _ => InvokeAsync(nameof(IWsmqHub.Retry), queue, end.Lease, new WsmqRetry { Delay = end.Delay / 1000, Counts = end.Counts, Reason = end.Reason }),
    };

    /// <summary>Completes a job, and answers the request that waits for it.</summary>
    public Task SettleAsync(WsmqAddress queue, JobLease lease, string request, RequestAnswer answer) => answer.Reply is { } reply
        ? InvokeAsync(nameof(IWsmqHub.CompleteWith), queue, lease, request, reply)
        : InvokeAsync(nameof(IWsmqHub.RefuseJob), queue, lease, request, answer.Code, answer.Text);

    public Task<WsmqReply> RequestAsync(WsmqOutgoingMessage message, TimeSpan timeout) =>
        _connection.InvokeAsync<WsmqReply>(nameof(IWsmqHub.Request), message, (int)Math.Ceiling(timeout.TotalMilliseconds));

    public Task CancelRequestAsync(string id) => _connection.InvokeAsync<bool>(nameof(IWsmqHub.CancelRequest), id);

    public Task<WsmqWorkGrant> RespondAsync(WsmqAddress? address, string[]? types, int credit) =>
        _connection.InvokeAsync<WsmqWorkGrant>(nameof(IWsmqHub.Respond), address?.ToString(), types, credit);

    public Task AnswerAsync(string id, RequestAnswer answer) => answer.Reply is { } reply
        ? _connection.InvokeAsync<bool>(nameof(IWsmqHub.Reply), id, reply)
        : _connection.InvokeAsync<bool>(nameof(IWsmqHub.RefuseRequest), id, answer.Code, answer.Text);

    public Task<T> CallAsync<T>(HubCall call) => _connection.InvokeCoreAsync<T>(call.Method, call.Arguments);

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private Task InvokeAsync(string method, WsmqAddress queue, JobLease lease, params object?[] more) =>
        _connection.InvokeCoreAsync(method, [queue.ToString(), lease.Job.ToString(), lease.Token, .. more]);

    // Bounds a value from the server: the client leaves the connection in order, and within a limited time.
    private static TimeSpan Bounded(int milliseconds) => TimeSpan.FromMilliseconds(Math.Clamp(milliseconds, 0, MostMilliseconds));
}
