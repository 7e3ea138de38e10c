using Microsoft.Extensions.Options;
using Wsmq;

namespace RsmqBridge;

/// <summary>Publishes the messages of a batch and then settles each of them in RSMQ.</summary>
internal sealed class BatchPublisher(Routes routes, IWsmqPublisher wsmq, IOptions<BridgeOptions> options, ILogger<BatchPublisher> logger)
{
    private enum Outcome
    {
        /// <summary>wsmq has stored it, now or before.</summary>
        Stored,

        /// <summary>It may be stored later: try again, and do not count this time.</summary>
        Later,

        /// <summary>It cannot be stored as it is.</summary>
        Refused,
    }

    /// <summary>Returns whether the queue may have more messages that can be published now.</summary>
    public async Task<bool> PublishAsync(RsmqStore rsmq, string queue, CancellationToken stopping)
    {
        var batch = await rsmq.ReceiveAsync(queue);

        // All sends begin in the order of the batch, and wsmq keeps it for each address. A message is deleted after its receipt, never before.
        var results = await Task.WhenAll(batch.Messages.Select(m => SendAsync(queue, m)));
        await rsmq.DeleteAsync(queue, With(Outcome.Stored));

        var later = With(Outcome.Later).ToList();
        if (later.Count > 0)
        {
            var delay = stopping.IsCancellationRequested ? TimeSpan.Zero : options.Value.PollInterval;
            await rsmq.ReleaseAsync(queue, batch.HiddenUntil, delay, later);
            logger.Postponed(queue, later.Count, results.First(r => r.Outcome == Outcome.Later).Reason!, delay);
        }

        var dead = With(Outcome.Refused).Where(m => m.Receives >= options.Value.MaxReceives).ToHashSet();
        await rsmq.BuryAsync(queue, batch.HiddenUntil, dead);
        foreach (var (message, _, reason) in results.Where(r => r.Outcome == Outcome.Refused))
        {
            if (dead.Contains(message))
                logger.Buried(queue, message.Id, message.Receives, queue + options.Value.DeadLetterSuffix, reason!);
            else
                logger.Refused(queue, message.Id, message.Receives, options.Value.MaxReceives, reason!);
        }

        return batch.Messages.Count > 0 && later.Count == 0;

        IEnumerable<RsmqMessage> With(Outcome outcome) => results.Where(r => r.Outcome == outcome).Select(r => r.Message);
    }

    private async Task<(RsmqMessage Message, Outcome Outcome, string? Reason)> SendAsync(string queue, RsmqMessage message)
    {
        try
        {
            if (!routes.TryFind(queue, out var route, out var rest))
                throw new InvalidOperationException($"The queue {queue} has no route.");
            if (route.MessageOf(message, queue, rest, out var reason) is not { } outgoing)
                return (message, Outcome.Refused, reason);
            await wsmq.SendAsync(outgoing);
            return (message, Outcome.Stored, null);
        }
        catch (WsmqException e)
        {
            // Not the message of the exception, whose detail may quote the body.
            return (message, e.Error.CanRetry ? Outcome.Later : Outcome.Refused, $"{e.Error.Code}: {e.Error.Text}");
        }
    }
}
