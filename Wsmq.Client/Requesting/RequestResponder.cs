using System.Collections.Concurrent;
using Microsoft.AspNetCore.SignalR;

namespace Wsmq;

/// <summary>
/// Answers requests in one run of the client: offers to on each connection, calls the handlers, and sends what they return. A request belongs to
/// the connection that it came over: when that ends, nobody waits for its reply any more.
/// </summary>
internal sealed class RequestResponder(RespondRegistry registry, MessageFactory messages, WsmqClientOptions options, ClientEvents events) : ISessionUser
{
    private readonly ConcurrentDictionary<(HubSession Session, string Id), Open> _open = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _answers = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile HubSession? _session;
    private volatile bool _isStopping;

    public Task FirstAnswers => _answers.Task;

    public void Attach(HubSession session)
    {
        _session = session;
        if (_isStopping)
            return;
        var answers = registry.All.Select(entry => Offer(session, entry)).ToArray();
        _ = Task.WhenAll(answers).ContinueWith(
            _ => _answers.TrySetResult(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    public void Detach()
    {
        _session = null;
        foreach (var open in _open.Values)
            open.Cancel();
    }

    /// <summary>Gets no more requests over this connection, and ends those that it has.</summary>
    public async Task LeaveAsync(CancellationToken cancellationToken)
    {
        if (_session is { } session)
            await WithdrawAsync(session).ConfigureAwait(false);
        await WhenAnswered().WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Gets no more requests, and waits for the handlers until the stop timeout; then their tokens are cancelled.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _isStopping = true;
        _answers.TrySetResult();
        await Waits.TryAsync(LeaveAsync(cancellationToken), options, cancellationToken).ConfigureAwait(false);
        await _stop.CancelAsync().ConfigureAwait(false);
    }

    /// <summary>A request has arrived.</summary>
    public void Give(WsmqIncomingRequest request)
    {
        if (_session is not { } session || request is not { Id: { } id, To: { } to } || !WsmqAddress.TryParse(to, out var address, out _))
        {
            events.RaiseError(WsmqClientOperation.Protocol, new FormatException("A request is malformed, or came before it could be expected."));
            return;
        }

        var open = new Open(CancellationTokenSource.CreateLinkedTokenSource(_stop.Token));
        if (!_open.TryAdd((session, id), open))
            return;

        // The context here is that of whatever started the client.
        using (ExecutionContext.SuppressFlow())
            open.Answered = Task.Run(() => AnswerAsync(session, address, request, open));
    }

    /// <summary>Nobody waits for a request any more.</summary>
    public void Cancel(string id)
    {
        if (_session is { } session && _open.TryGetValue((session, id), out var open))
            open.Cancel();
    }

    private Task WhenAnswered() => Task.WhenAll(_open.Values.Select(o => o.Answered));

    private async Task AnswerAsync(HubSession session, WsmqAddress address, WsmqIncomingRequest request, Open open)
    {
        try
        {
            var answer = HandlerOf(address, request.Type) is { } handler
                ? await handler.AnswerAsync(request, e => events.RaiseError(WsmqClientOperation.Respond, e), open.Token).ConfigureAwait(false)
                : RequestAnswer.Refusal(WsmqRequestException.HandlerFailed, "there is no handler any more");
            await SendAsync(session, request.Id, answer).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Log.LoopFailed(events.Logger, e);
        }
        finally
        {
            _open.TryRemove((session, request.Id), out _);
            open.Dispose();
        }
    }

    // The own user's handlers are found by what is left: the client knows the names of the groups only.
    private RequestHandler? HandlerOf(WsmqAddress address, string? type)
    {
        var all = registry.All;
        var entry = all.FirstOrDefault(e => e.Address == address)
            ?? (address.Kind == WsmqAddressKind.User ? all.FirstOrDefault(e => e.Address is null) : null);
        return type is null ? null : entry?.Handlers.GetValueOrDefault(type);
    }

    private async Task SendAsync(HubSession session, string id, RequestAnswer answer)
    {
        try
        {
            if (answer.Reply is { } reply)
                messages.CheckContent(reply);
            await session.AnswerAsync(id, answer).WaitAsync(options.SendTimeout, options.TimeProvider).ConfigureAwait(false);
        }
        catch (Exception e) when (e is HubException or WsmqException && answer.Reply is not null)
        {
            events.RaiseError(WsmqClientOperation.Respond, WsmqException.From(e) ?? e);
            await SendAsync(session, id, RequestAnswer.Refusal(WsmqRequestException.InvalidReply)).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // The connection is gone: nobody waits for its answer.
            Log.NotAnswered(events.Logger, e);
        }
    }

    // Completes with the first answer.
    private Task Offer(HubSession session, RespondRegistry.Entry entry)
    {
        var answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = Task.Run(() => OfferAsync(session, entry, answered));
        return answered.Task;
    }

    private async Task OfferAsync(HubSession session, RespondRegistry.Entry entry, TaskCompletionSource answered)
    {
        var isReported = false;
        for (var attempt = 0; _session == session && !_isStopping; attempt++)
        {
            try
            {
                await session.RespondAsync(entry.Address, [.. entry.Handlers.Keys], entry.Options.Concurrency)
                    .WaitAsync(options.SendTimeout, options.TimeProvider, _stop.Token).ConfigureAwait(false);
                break;
            }
            catch (Exception e)
            {
                answered.TrySetResult();
                var isFinal = HubRefusal.IsFinal(e, out var refusal);
                if (isFinal && !isReported)
                    events.RaiseError(WsmqClientOperation.Respond, refusal!);
                isReported |= isFinal;

                // Who is not a member of a group yet may become one.
                if (isFinal && (entry.Address is not { Kind: WsmqAddressKind.Group } || WsmqException.From(e)?.Error != WsmqErrors.ReadNotAllowed))
                    break;
                var backoff = isFinal ? options.ReconnectBackoff : options.SendBackoff;
                var wait = Waits.Longer(backoff.Next(attempt), WsmqException.From(e)?.RetryAfter);
                Log.NotOffered(events.Logger, e, wait);
                await Task.Delay(wait, options.TimeProvider, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        answered.TrySetResult();
    }

    private async Task WithdrawAsync(HubSession session)
    {
        try
        {
            await Task.WhenAll(registry.All.Select(e => session.RespondAsync(e.Address, null, 0)))
                .WaitAsync(options.SendTimeout, options.TimeProvider).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Log.NotOffered(events.Logger, e, TimeSpan.Zero);
        }
    }

    /// <summary>A request that a handler has.</summary>
    private sealed class Open(CancellationTokenSource cancellation) : IDisposable
    {
        public CancellationToken Token { get; } = cancellation.Token;

        public Task Answered { get; set; } = Task.CompletedTask;

        // The callbacks are the app's.
        public void Cancel()
        {
            try
            {
                _ = cancellation.CancelAsync().ContinueWith(
                    t => t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            }
            catch (ObjectDisposedException)
            {
                // Answered meanwhile.
            }
        }

        public void Dispose() => cancellation.Dispose();
    }
}
