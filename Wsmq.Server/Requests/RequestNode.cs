using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Wsmq.Server.Concurrency;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Lifecycle;
using Wsmq.Server.Queues;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Requests;

/// <summary>
/// The way of requests between nodes: messages that are not stored. A node that has a request of this one is probed, because nobody else says
/// that it has crashed.
/// </summary>
internal sealed class RequestNode(
    OpenRequests open, LocalResponders local, ResponderEntries entries, RequestNodeServices services, TimeProvider time,
    ILogger<RequestNode> logger) : INodePart
{
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromSeconds(1);

    // Two in a row: a connection to the store that is made again listens a moment later.
    private const int MostMissed = 2;

    private readonly IStore _store = services.Store;
    private readonly BackgroundLoop _probes = new(time);
    private readonly Dictionary<string, int> _missed = new(StringComparer.Ordinal);

    // When nodes were probed last, and whether (1) the loop rests because there are none to probe.
    private long _probedAt;
    private int _isResting;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _store.Nodes.Handle(NodeMessageKind.Request, Receive);
        _store.Signals.Restored += entries.Restore;
        entries.Start();
        _probes.StartWithoutRetry(ProbeAsync, ProbePause, e => Log.LoopFailed(logger, e));

        // A node that stops answers nothing more: other nodes do, while its connections still leave.
        services.Lifetime?.ApplicationStarted.Register(() => services.Lifetime.ApplicationStopping.Register(Withdraw));
        services.Jobs.Send = AnswerJobAsync;
        return Task.CompletedTask;
    }

    public async Task StopAsync()
    {
        _store.Signals.Restored -= entries.Restore;
        Withdraw();
        await _probes.StopAsync();
        await entries.StopAsync();
    }

    /// <summary>Sends a request to a node; false if it does not listen.</summary>
    /// <exception cref="WsmqException"><c>request-failed</c>: whether it has the request is not known.</exception>
    public async Task<bool> AskAsync(string other, WsmqIncomingRequest request, bool mayWait)
    {
        var message = new NodeRequestMessage
        {
            Kind = NodeRequestMessage.Ask, Id = request.Id, Node = _store.Nodes.Self, MayWait = mayWait, Request = request,
        };
        bool listens;
        try
        {
            listens = await _store.Nodes.SendAsync(other, NodeMessageKind.Request, message.ToBytes(), CancellationToken.None);
        }
        catch (WsmqException e)
        {
            throw new WsmqException(
                WsmqErrors.RequestFailed,
                WsmqRequestException.Join(WsmqRequestException.ResponderLost, "the store did not answer in time; it may have been handled"), e);
        }

        if (listens)
            Probe();
        return listens;
    }

    /// <summary>Tells a node that nobody waits for a request any more. Its own timer does the same, if it is not reached.</summary>
    public void Cancel(string other, string id) => _ = TellAsync(other, new NodeRequestMessage { Kind = NodeRequestMessage.Cancel, Id = id });

    /// <summary>Passes on how a request ended, to the node that its id names. Returns whether somebody waits, as far as this node knows.</summary>
    /// <exception cref="WsmqException"><c>store-unavailable</c>.</exception>
    public async Task<bool> EndAsync(string id, RequestOutcome outcome)
    {
        if (OpenRequests.NodeOf(id) is not { } waiting)
            return false;
        if (waiting == _store.Nodes.Self)
            return open.TryEnd(id, outcome);
        var message = new NodeRequestMessage
        {
            Kind = NodeRequestMessage.End, Id = id, Outcome = outcome.End, Reply = outcome.Reply, Code = outcome.Code, Text = outcome.Text,
        };
        return await _store.Nodes.SendAsync(waiting, NodeMessageKind.Request, message.ToBytes(), CancellationToken.None);
    }

    // The job has ended: nothing can be undone.
    private async Task<bool> AnswerJobAsync(string request, RequestAnswer answer)
    {
        try
        {
            var isWaiting = await EndAsync(request, services.Answers.OutcomeOf(answer));
            if (!isWaiting)
                services.Metrics.LateReply();
            return isWaiting;
        }
        catch (WsmqException e)
        {
            Log.RequestNotTold(logger, e, "reply");
            return false;
        }
    }

    private void Withdraw()
    {
        local.Stop();
        entries.Withdraw();
    }

    // Called in turn for all messages of the node.
    private void Receive(ReadOnlyMemory<byte> bytes)
    {
        var message = NodeRequestMessage.Read(bytes);
        switch (message)
        {
            case { Kind: NodeRequestMessage.Ask, Node: { } asker, Request: { } request } when OpenRequests.NodeOf(request.Id) == asker:
                Take(asker, request, message.MayWait);
                break;
            case { Kind: NodeRequestMessage.Cancel }:
                local.Cancel(message.Id);
                break;
            case { Kind: NodeRequestMessage.End }:
                open.TryEnd(message.Id, new RequestOutcome(message.Outcome, message.Reply, message.Code, message.Text));
                break;
            case null:
                Log.UnreadableSignal(logger);
                break;
        }
    }

    private void Take(string asker, WsmqIncomingRequest request, bool mayWait)
    {
        if (!WsmqAddress.TryParse(request.To, out var to))
            return;
        var left = TimeSpan.FromMilliseconds(Math.Clamp(request.Timeout, 1, int.MaxValue));

        // Not the request, whose body would live as long as the call.
        var id = request.Id;
        var call = new ResponderCall(
            to, request, time.GetTimestamp() + (long)(left.TotalSeconds * time.TimestampFrequency), outcome => EndAsync(id, outcome));
        if (local.Take(call, mayWait) is not { } notTaken)
        {
            // Not before: a timer that fires earlier does not find the call, which would stay.
            call.StartTimer(time, left, local.Cancel);
            return;
        }

        call.Over(null);
        _ = TellAsync(asker, new NodeRequestMessage { Kind = NodeRequestMessage.End, Id = id, Outcome = notTaken.End });
    }

    private async Task TellAsync(string other, NodeRequestMessage message)
    {
        try
        {
            await _store.Nodes.SendAsync(other, NodeMessageKind.Request, message.ToBytes(), CancellationToken.None);
        }
        catch (Exception e)
        {
            Log.RequestNotTold(logger, e, message.Kind);
        }
    }

    // A node has a request: it has just listened, and is probed an interval later.
    private void Probe()
    {
        if (Interlocked.CompareExchange(ref _isResting, 0, 1) == 0)
            return;
        Volatile.Write(ref _probedAt, time.GetTimestamp());
        _probes.Wake();
    }

    // The flag comes first: a node that gets a request after the look at them all wakes the loop.
    private TimeSpan ProbePause()
    {
        Interlocked.Exchange(ref _isResting, 1);
        if (open.Nodes.Length == 0)
            return TimeSpan.FromHours(1);
        Volatile.Write(ref _isResting, 0);
        return ProbeInterval;
    }

    private async Task ProbeAsync(CancellationToken cancellationToken)
    {
        // Probes in a row are an interval apart, also if the loop was woken: otherwise two of them would fail within one interruption.
        if (time.GetElapsedTime(Volatile.Read(ref _probedAt)) < ProbeInterval * 0.9)
            return;
        Volatile.Write(ref _probedAt, time.GetTimestamp());
        var nodes = open.Nodes;
        foreach (var gone in _missed.Keys.Except(nodes).ToArray())
            _missed.Remove(gone);
        var probe = new NodeRequestMessage { Kind = NodeRequestMessage.Probe }.ToBytes();
        foreach (var node in nodes)
        {
            if (await _store.Nodes.SendAsync(node, NodeMessageKind.Request, probe, cancellationToken))
            {
                _missed.Remove(node);
                continue;
            }

            _missed[node] = _missed.GetValueOrDefault(node) + 1;
            if (_missed[node] >= MostMissed)
                open.Lose(node);
        }
    }
}

/// <summary>What <see cref="RequestNode"/> uses.</summary>
internal sealed class RequestNodeServices(
    IStore store, RequestAnswers answers, JobAnswers jobs, WsmqMetrics metrics, IHostApplicationLifetime? lifetime = null)
{
    public IStore Store => store;

    public RequestAnswers Answers => answers;

    public JobAnswers Jobs => jobs;

    public WsmqMetrics Metrics => metrics;

    public IHostApplicationLifetime? Lifetime => lifetime;
}
