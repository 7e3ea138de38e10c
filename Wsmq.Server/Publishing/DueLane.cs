using Microsoft.Extensions.Logging;
using Wsmq.Server.Concurrency;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Expiry;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Publishing;

/// <summary>Appends the messages of one lane that are due, and has the store remove entries that have expired.</summary>
internal sealed class DueLane(int lane, DueServices services, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan LongestUnseen = TimeSpan.FromSeconds(5);

    // Also where the clocks of the node and of the store do not agree on what is due.
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(1);

    private readonly NextLook _next = new(time, LongestUnseen);
    private int _failures;
    private string? _first;

    public void Start() => _next.Start(LookAsync, (e, delay) => Log.DueSendsFailed(logger, e, delay));

    public Task StopAsync() => _next.StopAsync();

    /// <summary>A message is due after a wait.</summary>
    public void Note(TimeSpan wait) => _next.Note(wait);

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        DueMessages due;
        do
        {
            due = await services.Store.Delayed.DueAsync(lane, cancellationToken);
        }
        while (!await IsDoneAsync(due, cancellationToken));
        if (due.HasExpired)
            await services.Expired.RemoveAsync(lane, cancellationToken);
    }

    // Whether nothing is to be done before the next look.
    private async Task<bool> IsDoneAsync(DueMessages due, CancellationToken cancellationToken)
    {
        if (due.Messages.Count == 0)
        {
            (_failures, _first) = (0, null);
            if (due.Wait is { } wait)
                Note(wait > ShortestPause ? wait : ShortestPause);
            return true;
        }

        if (await AppendAsync(due.Messages, cancellationToken))
        {
            _failures = 0;
            return false;
        }

        Note(PauseAfterFailure * (1 << Math.Min(_failures++, 2)));
        return true;
    }

    // Returns false if it is better not to go on at once.
    private async Task<bool> AppendAsync(IReadOnlyList<AppendRequest> messages, CancellationToken cancellationToken)
    {
        var sends = new List<AwaitedSend>(messages.Count);
        foreach (var message in messages)
        {
            sends.Add(new AwaitedSend(DueTerms.Restore(message, services.Options)));
            services.Queue.Enqueue(sends[^1]);

            // A busy node: later ones must not pass this one.
            if (sends[^1].Receipt.IsFaulted)
                break;
        }

        // What is in flight is settled by the queue, also after a stop.
        var outcomes = await Task.WhenAll(sends.Select(OutcomeAsync)).WaitAsync(cancellationToken);
        if (outcomes.FirstOrDefault(o => o.Failure is not null).Failure is { } failure)
            Log.DueSendFailed(logger, failure, outcomes.Count(o => o.Failure is not null), messages[0].To.ToString());

        // The same messages again and again: a key that does not fit its lane, for example.
        var isStuck = outcomes.All(o => o.Duplicate) && _first == messages[0].Id;
        _first = messages[0].Id;

        // Those of a corrupt address wait for longer, which the store has seen to.
        return !isStuck && outcomes.All(o => o.Failure is null || o.Failure.Error == WsmqErrors.StoreCorrupt);
    }

    private static async Task<(bool Duplicate, WsmqException? Failure)> OutcomeAsync(AwaitedSend send)
    {
        try
        {
            return ((await send.Receipt).Duplicate, null);
        }
        catch (WsmqException e)
        {
            return (false, e);
        }
    }
}

/// <summary>What the lanes share.</summary>
internal sealed record DueServices(IStore Store, PublishQueue Queue, ExpiredEntries Expired, WsmqOptions Options);
