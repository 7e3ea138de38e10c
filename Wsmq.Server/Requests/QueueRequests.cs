using Microsoft.Extensions.Logging;
using Wsmq.Server.Declarations;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Publishing;
using Wsmq.Server.Queues;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Requests;

/// <summary>Whether another node has a worker of a queue.</summary>
internal delegate Task<bool> WorkerSearch(WsmqAddress queue, CancellationToken cancellationToken);

/// <summary>What requests to work queues use.</summary>
internal sealed class QueueRequestServices(
    MessageRules rules, PublishQueue publish, QueueDispatchers dispatchers, QueueDeclarations declarations, IStore store)
{
    public MessageRules Rules => rules;

    public PublishQueue Publish => publish;

    public QueueDispatchers Dispatchers => dispatchers;

    public QueueDeclarations Declarations => declarations;

    public IStore Store => store;
}

/// <summary>
/// Has requests to work queues answered: each is a job that lives as long as the request waits. It names the request in a header, and is never a
/// dead letter.
/// </summary>
internal sealed class QueueRequests(
    QueueRequestServices services, OpenRequests open, WorkerSearch search, TimeProvider time, ILogger<QueueRequests> logger)
{
    /// <param name="message">The request as it was made.</param>
    /// <param name="request">The same, checked.</param>
    /// <param name="sender">The user; null for the app.</param>
    /// <param name="cancellationToken">Ends the wait; the job is removed.</param>
    /// <exception cref="WsmqException">
    /// <c>no-responder</c>, <c>request-timeout</c>, <c>request-failed</c>, <c>queue-full</c>, <c>store-unavailable</c>, or what a send fails with.
    /// </exception>
    public async Task<WsmqReply> AskAsync(
        WsmqOutgoingMessage message, CheckedRequest request, WsmqCaller? sender, CancellationToken cancellationToken)
    {
        using var over = new CancellationTokenSource(request.Timeout, time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, over.Token);
        using var one = open.Begin();
        var ended = one.Attempt(null);
        var append = JobOf(message, request, sender, one.Id);
        try
        {
            if (!services.Dispatchers.Of(request.To).HasWorkers && !await search(request.To, end.Token))
                throw new WsmqException(WsmqErrors.NoResponder, "no worker of the queue is connected");
            var send = new AwaitedSend(append);
            services.Publish.Enqueue(send);
            return await AnswerAsync(request.To, send.Receipt, ended, end.Token);
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new WsmqException(WsmqErrors.RequestTimeout);
        }
    }

    private async Task<WsmqReply> AnswerAsync(
        WsmqAddress queue, Task<WsmqReceipt> receipt, Task<RequestOutcome> ended, CancellationToken end)
    {
        RequestOutcome outcome;
        try
        {
            await receipt.WaitAsync(end);
            outcome = await ended.WaitAsync(end);
        }
        catch (OperationCanceledException)
        {
            _ = RemoveAsync(queue, receipt);
            throw;
        }

        return outcome.End == RequestEnd.Replied ? outcome.Reply ?? new WsmqReply() : throw outcome.Error;
    }

    private AppendRequest JobOf(WsmqOutgoingMessage message, CheckedRequest request, WsmqCaller? sender, string id)
    {
        var headers = new Dictionary<string, string>(message.Headers ?? new Dictionary<string, string>(), StringComparer.Ordinal)
        {
            [WsmqRequestHeaders.Request] = id,
        };
        var append = services.Rules.Check(message with { Id = null, Headers = headers, TimeToLive = request.Timeout }, sender).Request;
        return append with { Job = append.Job! with { Unique = JobTerms.RequestMark + id } };
    }

    // Its worker is told. Without an answer the job ends with its time to live.
    private async Task RemoveAsync(WsmqAddress queue, Task<WsmqReceipt> receipt)
    {
        try
        {
            if (WsmqPosition.TryParse((await receipt).Position, out var job))
                await services.Store.Jobs.RemoveAsync(queue, [job], evenLeased: true, services.Declarations.RulesOf(queue.Name), CancellationToken.None);
        }
        catch (Exception e)
        {
            Log.RequestNotTold(logger, e, "job");
        }
    }
}
