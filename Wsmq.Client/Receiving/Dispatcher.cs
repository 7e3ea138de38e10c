namespace Wsmq;

/// <summary>Passes a message to its handler or reader, and waits until it is handled.</summary>
internal sealed class Dispatcher(HandlerRegistry handlers, WsmqClientOptions options, ClientEvents events)
{
    private const string ReadingEnded = "reading-ended";

    /// <summary>Returns when the message may be acknowledged. Throws what the handler throws, or why no handler was called.</summary>
    public async Task DispatchAsync(WsmqDelivery delivery, RunTokens stop)
    {
        while (true)
        {
            // Taken by no other handler.
            if (handlers.Removal is not null && IsRemoval(delivery))
                break;

            // Messages wait while there is no handler at all: an app that registers its handlers late would lose them.
            await handlers.WhenSomeoneTakesAsync(stop.Begin).ConfigureAwait(false);
            if (handlers.Reader is not { } reader)
                break;
            switch (await reader.HandOverAsync(delivery, stop).ConfigureAwait(false))
            {
                case HandOver.Done:
                    return;
                case HandOver.Left:
                    throw new NotHandledException(
                        null, new InvalidOperationException("The ReadAllAsync loop threw, or was left, at this message."), ReadingEnded);
                default:
                    continue;
            }
        }

        stop.Begin.ThrowIfCancellationRequested();
        await HandleAsync(delivery, stop.Handle).ConfigureAwait(false);
    }

    private Task HandleAsync(WsmqDelivery delivery, CancellationToken cancellationToken)
    {
        // It has no body, and often no type.
        if (IsRemoval(delivery))
            return handlers.Removal is { } removal ? removal(new WsmqStateRemoval(delivery), cancellationToken) : Task.CompletedTask;
        Exception? unreadable = null;
        if (handlers.Find(delivery.Type) is { } handler && handler.TryBind(delivery, out var call, out unreadable))
            return call(cancellationToken);
        if (handlers.Fallback is { } fallback)
            return fallback(delivery, cancellationToken);
        if (unreadable is not null)
            throw new NotHandledException(WsmqClientOperation.ReadBody, unreadable);
        if (options.UnhandledMessages == WsmqUnhandledMessagePolicy.DeadLetter)
            throw NoHandler(delivery);
        Log.Ignored(events.Logger, delivery.Position, delivery.Source, delivery.Type);
        return Task.CompletedTask;
    }

    private static NotHandledException NoHandler(WsmqDelivery delivery) => new(
        WsmqClientOperation.FindHandler,
        new InvalidOperationException(delivery.Type is { } type
            ? $"No handler takes the type '{type}', and there is no fallback: register one with On or OnAny before the start."
            : "The message has no type, and there is no fallback: register one with OnAny before the start."),
        WsmqNackReasons.NoHandler);

    private static bool IsRemoval(WsmqDelivery delivery) => delivery is { RemoveState: true, StateKey: not null };
}
