using Wsmq.Server.Stores;

namespace Wsmq.Server.Requests;

/// <summary>Has requests to users and groups answered: on this node if somebody answers here, otherwise on another one.</summary>
internal sealed class RequestRouter(LocalResponders local, RequestNode node, IStore store, TimeProvider time)
{
    private string Self => store.Nodes.Self;

    /// <summary>Returns how the request ended.</summary>
    /// <param name="request">The request.</param>
    /// <param name="open">Its wait.</param>
    /// <param name="end">Ends the wait; its responder is told.</param>
    /// <exception cref="WsmqException"><c>request-failed</c>, <c>store-unavailable</c>.</exception>
    public Task<RequestOutcome> AskAsync(CheckedRequest request, OpenRequests.OpenRequest open, CancellationToken end) => TryAllAsync(
        new Attempt(request.To, request.Request with { Id = open.Id }, time.GetTimestamp(), request.Timeout, open), end);

    // First one that has room now; then, of those that are busy, one at which the request waits.
    private async Task<RequestOutcome> TryAllAsync(Attempt attempt, CancellationToken end)
    {
        var busy = new List<string>();
        if (local.Answers(attempt.To, attempt.Request.Type) && await TryAsync(attempt, Self, mayWait: false, busy, end) is { } here)
            return here;
        foreach (var other in (await FindAsync(attempt, isHere: busy.Count > 0, end)).OrderBy(_ => Random.Shared.Next()))
        {
            if (await TryAsync(attempt, other, mayWait: false, busy, end) is { } outcome)
                return outcome;
        }

        foreach (var other in busy.ToArray())
        {
            if (await TryAsync(attempt, other, mayWait: true, busy, end) is { } outcome)
                return outcome;
        }

        return busy.Count > 0 ? RequestOutcome.Busy : RequestOutcome.Nobody;
    }

    // While the store is unavailable, a request waits for who answers on this node.
    private async Task<IReadOnlyCollection<string>> FindAsync(Attempt attempt, bool isHere, CancellationToken end)
    {
        try
        {
            return await store.Nodes.Responders.FindAsync(attempt.To, attempt.Request.Type, end);
        }
        catch (WsmqException) when (isHere)
        {
            return [];
        }
    }

    // Returns null if nobody there takes it.
    private async Task<RequestOutcome?> TryAsync(Attempt attempt, string other, bool mayWait, List<string> busy, CancellationToken end)
    {
        busy.Remove(other);
        var outcome = other == Self ? await HereAsync(attempt, mayWait, end) : await ThereAsync(attempt, other, mayWait, end);
        if (outcome.End == RequestEnd.Busy)
            busy.Add(other);
        return outcome.End is RequestEnd.Replied or RequestEnd.Failed ? outcome : null;
    }

    private async Task<RequestOutcome> HereAsync(Attempt attempt, bool mayWait, CancellationToken end)
    {
        var ended = attempt.Open.Attempt(null);
        var call = new ResponderCall(
            attempt.To, attempt.Request, attempt.Began + (long)(attempt.Timeout.TotalSeconds * time.TimestampFrequency),
            outcome => Task.FromResult(attempt.Open.TrySet(outcome)));
        if (local.Take(call, mayWait) is { } notTaken)
            return notTaken;
        try
        {
            return await ended.WaitAsync(end);
        }
        catch (OperationCanceledException)
        {
            local.Cancel(attempt.Open.Id);
            throw;
        }
    }

    private async Task<RequestOutcome> ThereAsync(Attempt attempt, string other, bool mayWait, CancellationToken end)
    {
        end.ThrowIfCancellationRequested();
        var left = attempt.Timeout - time.GetElapsedTime(attempt.Began);
        var ended = attempt.Open.Attempt(other);
        var request = attempt.Request with { Timeout = Math.Max(1, (long)left.TotalMilliseconds) };
        if (!await node.AskAsync(other, request, mayWait))
        {
            attempt.Open.Left();
            await store.Nodes.Responders.RemoveAsync(attempt.To, other, end);
            return RequestOutcome.Nobody;
        }

        try
        {
            return await ended.WaitAsync(end);
        }
        catch (OperationCanceledException)
        {
            node.Cancel(other, attempt.Open.Id);
            throw;
        }
    }

    private sealed record Attempt(
        WsmqAddress To, WsmqIncomingRequest Request, long Began, TimeSpan Timeout, OpenRequests.OpenRequest Open);
}
