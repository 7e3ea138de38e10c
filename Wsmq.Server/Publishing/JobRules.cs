using Wsmq.Server.Declarations;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Publishing;

/// <summary>Checks what the sender of a job demands.</summary>
internal sealed class JobRules(QueueDeclarations queues, TimeProvider time)
{
    /// <summary>The terms of a job; null if the message goes to a log.</summary>
    /// <exception cref="WsmqException">
    /// <c>unknown-queue</c>; <c>invalid-message</c>: a field is outside of its bounds, or the address is no work queue.
    /// </exception>
    public JobTerms? Check(WsmqOutgoingMessage message, WsmqAddress to)
    {
        if (to.Kind != WsmqAddressKind.Work)
            return Unusable(message) is { } field ? throw Invalid($"{field} is only for work queues") : null;
        if (!queues.TryGet(to.Name, out var queue))
            throw new WsmqException(WsmqErrors.UnknownQueue, $"{queues.Count} are declared");
        var (delay, notBefore) = DelayRules.Check(message, queue.MaxDelay, time.GetUtcNow(), "a job of this queue");
        if (message.Priority is < WsmqJobPriority.Low or > WsmqJobPriority.High)
            throw Invalid($"{Wire.Priority} is not one of low, normal, high");
        return new JobTerms
        {
            // Stored in the keys of sorted sets, where NUL separates them: a name has no control character.
            Key = MessageRules.Name(Wire.Key, message.Key) ?? string.Empty,
            Unique = MessageRules.Name(Wire.UniqueId, message.UniqueId) ?? string.Empty,
            Priority = (JobPriority)(message.Priority ?? WsmqJobPriority.Normal),
            Delay = delay,
            NotBefore = notBefore,
            TimeToLive = (message.TimeToLive?.WholeMilliseconds() ?? 0) * 1_000,
            MaxWaiting = queue.MaxWaiting,
            MaxBytes = queue.MaxBytes,
        };
    }

    private static string? Unusable(WsmqOutgoingMessage message) =>
        message.Key is not null ? Wire.Key
        : message.UniqueId is not null ? Wire.UniqueId
        : message.Priority is not null ? Wire.Priority
        : null;

    private static WsmqException Invalid(string detail) => new(WsmqErrors.InvalidMessage, detail);
}
