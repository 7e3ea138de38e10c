using Microsoft.AspNetCore.SignalR;
using Wsmq.Server.Budgets;
using Wsmq.Server.Hubs;
using Wsmq.Server.Sessions;

namespace Wsmq;

/// <summary>
/// The hub for durable messages and live pushes, for any SignalR client. Inject <c>IHubContext&lt;WsmqHub, IWsmqReceiver&gt;</c> to push
/// live; a connection is in the SignalR groups of all groups that its user is a member of. Its methods are those of
/// <see cref="IWsmqHub"/>, and only SignalR calls them.
/// </summary>
/// <remarks>
/// Of <see cref="IWsmqReceiver"/> an app calls only <see cref="IWsmqReceiver.Live"/>: the other methods are the server's part of the
/// protocol, and durable messages are sent with <see cref="IWsmqPublisher"/>. <c>Clients.Group</c> takes the plain name of a group
/// (<c>ops</c>, not <c>group:ops</c>). Members are added with <see cref="IWsmqGroups"/>; <c>IHubContext.Groups</c> stores nothing, and
/// affects live pushes to one connection only.
/// </remarks>
public sealed partial class WsmqHub : Hub<IWsmqReceiver>
{
    private readonly SessionManager _sessions;
    private readonly ClientSends _sends;
    private readonly ReadCalls _reads;
    private readonly ClientWork _work;
    private readonly ClientQueues _queues;
    private readonly ClientRequests _requests;

    internal WsmqHub(SessionManager sessions, ClientSends sends, ReadCalls reads, WorkParts work) =>
        (_sessions, _sends, _reads, _work, _queues, _requests) = (sessions, sends, reads, work.Work, work.Queues, work.Requests);

    // The state of the one call that this hub instance was created for.
    private ConnectionBudget? _budget;
    private long _held;
    private ParsedBytes? _parsed;
    private WsmqHistoryResult? _history;

    private Session Session => Context.Features.Get<Session>()
        ?? throw new WsmqException(WsmqErrors.StoreUnavailable, "this connection was refused: connect again");

    /// <inheritdoc/>
    public override async Task OnConnectedAsync()
    {
        try
        {
            // A feature and not an item: the dictionary of the items takes more memory than the session.
            var session = await _sessions.OpenAsync(Context);
            Context.Features.Set(session);
            _reads.Presence.Open(session);
            _reads.Tracking.Open(session);
        }
        catch (WsmqException e) when (e.Error.CanRetry)
        {
            _sessions.TurnAway(Context, e);
        }
        catch (OperationCanceledException) when (Context.ConnectionAborted.IsCancellationRequested)
        {
            // The client disconnected while its session was being opened: SignalR would log that as an error, and any client could fill the
            // log.
        }
    }

    /// <inheritdoc/>
    public override async Task OnDisconnectedAsync(Exception? exception)
    {
        if (Context.Features.Get<Session>() is not { } session)
            return;

        // First: until then jobs would go to a connection that is gone.
        session.EndWork();
        _reads.Tracking.Close(session);
        var presence = ClientPresence.CloseAsync(session);
        try
        {
            await _reads.Nacks.NoteEndAsync(session, exception);
        }
        finally
        {
            await _sessions.CloseAsync(session);
        }

        // Last: it may be inside the app's authorizer, which nothing else may wait for.
        await presence;
    }

    /// <inheritdoc cref="IWsmqHub.Send"/>
    public Task<WsmqReceipt> Send(WsmqOutgoingMessage message) => _sends.SendAsync(Begin(HeldBytes.Of(message)).Call, message);

    /// <inheritdoc cref="IWsmqHub.SendMany"/>
    public Task<WsmqItemResult[]> SendMany(WsmqMessagesArgument messages)
    {
        messages.Held?.Claim();
        _parsed = messages.Held;
        var session = Begin();
        return _sends.SendManyAsync(session.Call, messages);
    }

    /// <inheritdoc cref="IWsmqHub.SendStream"/>
    public IAsyncEnumerable<WsmqItemResult[]> SendStream(
        IAsyncEnumerable<WsmqMessagesArgument> messages, CancellationToken cancellationToken) =>
        _sends.SendStream(Begin(), messages, cancellationToken);

    /// <inheritdoc cref="IWsmqHub.Produce"/>
    public IAsyncEnumerable<WsmqItemResult[]> Produce(
        WsmqTextArgument producer, WsmqNumberArgument epoch, IAsyncEnumerable<WsmqMessagesArgument> messages,
        CancellationToken cancellationToken) =>
        _sends.Produce(Begin(), producer.Value, epoch.Value, messages, cancellationToken);

    /// <inheritdoc cref="IWsmqHub.CancelDelayed"/>
    public Task<bool> CancelDelayed(WsmqTextArgument to, WsmqTextArgument id) =>
        _sends.CancelDelayedAsync(Begin().Call, to.Value, id.Value);

    /// <inheritdoc cref="IWsmqHub.Ack"/>
    public Task Ack(WsmqTextArgument source, WsmqTextArgument position) => _reads.Acks.AckAsync(Begin(), source.Value, position.Value);

    /// <inheritdoc cref="IWsmqHub.Resume"/>
    public Task Resume(WsmqTextArgument source, WsmqTextArgument after) => _reads.Acks.ResumeAsync(Begin(), source.Value, after.Value);

    /// <inheritdoc cref="IWsmqHub.History"/>
    public async Task<WsmqHistoryResult> History(WsmqTextArgument source, WsmqObjectArgument<WsmqHistoryQuery> query)
    {
        _history = await _reads.History.ReadAsync(Begin().Call, source.Value, () => query.Value);

        // Until it is written, as other results: a client that reads none of them has its calls read no more.
        _budget!.Charge(_history.Bytes);
        _held += _history.Bytes;
        return _history;
    }

    /// <inheritdoc cref="IWsmqHub.Nack"/>
    public Task<int> Nack(WsmqTextArgument source, WsmqTextArgument position, WsmqTextArgument reason) =>
        _reads.Nacks.NackAsync(Begin(), source.Value, position.Value, reason.Value);

    /// <inheritdoc cref="IWsmqHub.Work"/>
    public Task<WsmqWorkGrant> Work(WsmqTextArgument queue, WsmqNumberArgument credit) => _work.WorkAsync(Begin(), queue.Value, credit);

    /// <inheritdoc cref="IWsmqHub.Complete"/>
    public Task Complete(WsmqTextArgument queue, WsmqTextArgument position, WsmqTextArgument token) =>
        _work.SettleAsync(Begin(), queue.Value, position.Value, token.Value, lease => new Settlement(lease, SettlementKind.Complete));

    /// <inheritdoc cref="IWsmqHub.CompleteMany"/>
    public Task<string?[]> CompleteMany(WsmqTextArgument queue, WsmqLeasesArgument jobs) =>
        _work.CompleteManyAsync(Begin(HeldBytes.OfLeases(jobs.Count)), queue.Value, jobs);

    /// <inheritdoc cref="IWsmqHub.Retry"/>
    public Task Retry(WsmqTextArgument queue, WsmqTextArgument position, WsmqTextArgument token, WsmqRetryArgument retry) =>
        _work.SettleAsync(Begin(), queue.Value, position.Value, token.Value, retry.Of);

    /// <inheritdoc cref="IWsmqHub.Reject"/>
    public Task Reject(WsmqTextArgument queue, WsmqTextArgument position, WsmqTextArgument token, WsmqTextArgument reason) =>
        _work.SettleAsync(
            Begin(), queue.Value, position.Value, token.Value,
            lease => new Settlement(lease, SettlementKind.Reject) { Reason = reason.Value ?? string.Empty });

    /// <inheritdoc cref="IWsmqHub.HandBack"/>
    public Task HandBack(WsmqTextArgument queue, WsmqTextArgument position, WsmqTextArgument token) =>
        _work.SettleAsync(Begin(), queue.Value, position.Value, token.Value, lease => new Settlement(lease, SettlementKind.HandBack));

    /// <inheritdoc cref="IWsmqHub.Extend"/>
    public Task Extend(WsmqTextArgument queue, WsmqTextArgument position, WsmqTextArgument token) =>
        _work.ExtendAsync(Begin(), queue.Value, position.Value, token.Value);

    /// <inheritdoc cref="IWsmqHub.ReportProgress"/>
    public Task ReportProgress(WsmqTextArgument queue, WsmqTextArgument position, WsmqTextArgument token, WsmqProgressArgument progress) =>
        _work.ReportProgressAsync(Begin(), queue.Value, position.Value, token.Value, progress);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        // SignalR disposes the hub of a call after the answer is written, which waits for a client that does not read.
        if (disposing)
        {
            _watch?.Begin();
            _parsed?.Return();
            Interlocked.Exchange(ref _history, null)?.Release();
            if (Interlocked.Exchange(ref _held, 0) is > 0 and var held)
                _budget!.Return(held);
        }

        base.Dispose(disposing);
    }

    private Session Begin(long held = 0)
    {
        var session = Session;
        (_budget, _held) = (session.Limits.Budget, HeldBytes.Call + held);
        _budget.Charge(_held);
        return session;
    }
}
