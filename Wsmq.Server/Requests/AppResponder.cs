using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Wsmq.Server.Diagnostics;

namespace Wsmq.Server.Requests;

/// <summary>Answers the requests to one address in the app.</summary>
internal sealed class AppResponder : IResponder
{
    private readonly IReadOnlyDictionary<string, RequestHandler> _handlers;
    private readonly int _concurrency;
    private readonly LocalResponders _local;
    private readonly RequestAnswers _answers;
    private readonly ILogger _logger;
    private readonly Registration _registration;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<string, (CancellationTokenSource Cancellation, Task Answered)> _open = new(StringComparer.Ordinal);

    public AppResponder(
        WsmqAddress address, IReadOnlyList<RequestHandler> handlers, int concurrency, LocalResponders local, RequestAnswers answers,
        ILogger logger)
    {
        (Address, _concurrency, _local, _answers, _logger) = (address, concurrency, local, answers, logger);
        _handlers = handlers.ToDictionary(h => h.Type, StringComparer.Ordinal);
        _registration = new Registration(this, address);
    }

    public WsmqAddress Address { get; }

    public void Begin() => _local.Set(_registration, [.. _handlers.Keys.Order(StringComparer.Ordinal)], _concurrency);

    /// <summary>Cancels the handlers, and waits for them: their requesters are told that they have been cancelled.</summary>
    public async Task StopAsync()
    {
        _local.Set(_registration, _registration.Types, 0);
        await _stop.CancelAsync();
        await Task.WhenAll(_open.Values.Select(o => o.Answered));
        _stop.Dispose();
    }

    public void Give(WsmqIncomingRequest request)
    {
        var cancellation = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        // The context here is that of whoever made the request.
        using (ExecutionContext.SuppressFlow())
            _open[request.Id] = (cancellation, Task.Run(() => AnswerAsync(request, cancellation, begun.Task)));
        begun.SetResult();
    }

    public void Cancel(string id)
    {
        // Its callbacks are the app's.
        if (_open.TryGetValue(id, out var open))
            _ = open.Cancellation.CancelAsync().ContinueWith(
                t => t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
    }

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
        }
    }
}
