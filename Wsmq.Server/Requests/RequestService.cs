using Wsmq.Server.Diagnostics;
using Wsmq.Server.Lifecycle;

namespace Wsmq.Server.Requests;

/// <summary>Has requests answered that passed the checks, within their time, and counts them.</summary>
internal sealed class RequestService(
    RequestRouter router, QueueRequests queues, OpenRequests open, StartGate start, TimeProvider time, WsmqMetrics metrics)
{
    /// <param name="message">The request as it was made.</param>
    /// <param name="request">The same, checked.</param>
    /// <param name="sender">The user; null for the app.</param>
    /// <param name="cancellationToken">Ends the wait; who works on the request is told.</param>
    /// <exception cref="WsmqException">There was no reply.</exception>
    /// <exception cref="OperationCanceledException">The wait was ended.</exception>
    public async Task<WsmqReply> AskAsync(
        WsmqOutgoingMessage message, CheckedRequest request, WsmqCaller? sender, CancellationToken cancellationToken)
    {
        var outcome = "cancelled";
        try
        {
            await start.WaitAsync(cancellationToken);
            var reply = await AskInTimeAsync(message, request, sender, cancellationToken);
            outcome = "replied";
            return reply;
        }
        catch (WsmqException e)
        {
            outcome = e.Error.Code;
            throw;
        }
        finally
        {
            metrics.RequestEnded(outcome);
        }
    }

    private async Task<WsmqReply> AskInTimeAsync(
        WsmqOutgoingMessage message, CheckedRequest request, WsmqCaller? sender, CancellationToken cancellationToken)
    {
        using var over = new CancellationTokenSource(request.Timeout, time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, over.Token);
        using var one = open.Begin();
        try
        {
            var outcome = await (request.To.Kind == WsmqAddressKind.Work
                ? queues.AskAsync(message, request, sender, one, end.Token)
                : router.AskAsync(request, one, end.Token));
            return outcome.ToReply();
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new WsmqException(WsmqErrors.RequestTimeout);
        }
    }
}
