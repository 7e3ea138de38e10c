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
    QueueRequestServices services, WorkerSearch search, TimeProvider time, ILogger<QueueRequests> logger)
{
    // The store answers again soon, or the job ends by itself.
    private const int MostAttempts = 10;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Returns how the request ended.</summary>
    /// <param name="message">The request as it was made.</param>
    /// <param name="request">The same, checked.</param>
    /// <param name="sender">The user; null for the app.</param>
    /// <param name="open">Its wait.</param>
    /// <param name="end">Ends the wait; the job is removed.</param>
    /// <exception cref="WsmqException">
    /// <c>no-responder</c>, <c>queue-full</c>, <c>store-unavailable</c> before a job was made, <c>request-failed</c> if it may have been made, or what
    /// a send fails with.
    /// </exception>
    public async Task<RequestOutcome> AskAsync(
        WsmqOutgoingMessage message, CheckedRequest request, WsmqCaller? sender, OpenRequests.OpenRequest open, CancellationToken end)
    {
        var ended = open.Attempt(null);
        var append = JobOf(message, request, sender, open.Id);
        if (!services.Dispatchers.Of(request.To).HasWorkers && !await search(request.To, end))
            throw new WsmqException(WsmqErrors.NoResponder, "no worker of the queue is connected");
        var send = new AwaitedSend(append);
        services.Publish.Enqueue(send);
        try
        {
            await StoredAsync(send.Receipt.WaitAsync(end));
            return await ended.WaitAsync(end);
        }
        catch (OperationCanceledException)
        {
            _ = RemoveAsync(request.To, append.Job!.Unique, send.Receipt);
            throw;
        }
        catch (WsmqException e) when (e.Error == WsmqErrors.StoreUnavailable)
        {
            // It may be stored. The requester must not take this for a failed send, which it would repeat.
            _ = RemoveAsync(request.To, append.Job!.Unique, send.Receipt);
            throw new WsmqException(
                WsmqErrors.RequestFailed,
                WsmqRequestException.Join(WsmqRequestException.ResponderLost, "the store did not answer in time; it may have been handled"), e);
        }
    }

    private static async Task StoredAsync(Task receipt)
    {
        try
        {
            await receipt;
        }
        catch (WsmqException e) when (e.Error == WsmqErrors.NotReplicated)
        {
            // It is stored, and given to a worker once enough replicas have it.
        }
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

    // By its text: there may be no receipt that names its position. Its worker is told. Without an answer the job ends with its time to live.
    private async Task RemoveAsync(WsmqAddress queue, string unique, Task receipt)
    {
        await receipt.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                if (await services.Store.Jobs.FindUniqueAsync(queue, unique, CancellationToken.None) is { } job)
                {
                    await services.Store.Jobs.RemoveAsync(
                        queue, [job], evenLeased: true, services.Declarations.RulesOf(queue.Name), CancellationToken.None);
                }

                return;
            }
            catch (WsmqException e) when (e.Error == WsmqErrors.StoreUnavailable && attempt < MostAttempts)
            {
                await Task.Delay(Pause, time, CancellationToken.None);
            }
            catch (Exception e)
            {
                Log.RequestNotTold(logger, e, "job");
                return;
            }
        }
    }
}
