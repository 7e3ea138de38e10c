using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Wsmq.Server.Diagnostics;

namespace Wsmq.Server.Requests;

/// <summary>Answers the requests to one address in the app.</summary>
internal sealed class AppResponder : IResponder
{
    // As long as workers of queues have.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly IReadOnlyDictionary<string, RequestHandler> _handlers;
    private readonly int _concurrency;
    private readonly LocalResponders _local;
    private readonly RequestAnswers _answers;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly Registration _registration;

    // Never disposed: a request may still come while the node stops.
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<string, (CancellationTokenSource Cancellation, Task Answered)> _open = new(StringComparer.Ordinal);

    public AppResponder(
        WsmqAddress address, IReadOnlyList<RequestHandler> handlers, int concurrency, LocalResponders local, RequestAnswers answers,
        ILogger logger)
    {
        (Address, _concurrency, _local, _answers, _logger, _time) = (address, concurrency, local, answers, logger, local.Time);
        _handlers = handlers.ToDictionary(h => h.Type, StringComparer.Ordinal);
        _registration = new Registration(this, address);
    }

    public WsmqAddress Address { get; }

    /// <summary>The clock; that of the node by default.</summary>
    public TimeProvider Time
    {
        init => _time = value;
    }

    public bool IsBlocked => false;

    public void Begin() => _local.Set(_registration, [.. _handlers.Keys.Order(StringComparer.Ordinal)], _concurrency);

    /// <summary>
    /// Cancels the handlers, and waits for them for a while: their requesters are told that they have been cancelled. A handler that ignores its
    /// token does not keep the node from stopping.
    /// </summary>
    public async Task StopAsync()
    {
        _local.Set(_registration, _registration.Types, 0);
        Cancel(_stop);
        await Task.WhenAll(_open.Values.Select(o => o.Answered))
            .WaitAsync(Grace, _time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_open.IsEmpty)
            Log.RequestHandlersLeft(_logger, _open.Count, Address);
    }

    public void Give(WsmqIncomingRequest request)
    {
        var cancellation = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        // The context here is that of the caller who made the request.
        using (ExecutionContext.SuppressFlow())
            _open[request.Id] = (cancellation, Task.Run(() => AnswerAsync(request, cancellation, begun.Task)));
        begun.SetResult();
    }

    public void Cancel(string id)
    {
        if (!_open.TryGetValue(id, out var open))
            return;
        try
        {
            Cancel(open.Cancellation);
        }
        catch (ObjectDisposedException)
        {
            // Answered meanwhile.
        }
    }

    // The callbacks are the app's: they may throw, or not return.
    private void Cancel(CancellationTokenSource cancellation) => _ = cancellation.CancelAsync().ContinueWith(
        t => Log.RequestCallbackFailed(_logger, t.Exception!, Address),
        CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);

    private async Task AnswerAsync(WsmqIncomingRequest request, CancellationTokenSource cancellation, Task begun)
    {
        await begun;
        try
        {
            var answer = await _handlers[request.Type!].AnswerAsync(
                request, e => Log.RequestHandlerFailed(_logger, e, request.Type!, request.To), cancellation.Token);
            await _local.AnswerAsync(this, request.Id, _answers.OutcomeOf(answer));
        }
        catch (Exception e)
        {
            Log.LoopFailed(_logger, e);
        }
        finally
        {
            _open.TryRemove(request.Id, out _);
            cancellation.Dispose();
        }
    }
}
