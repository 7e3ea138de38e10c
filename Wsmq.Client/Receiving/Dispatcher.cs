namespace Wsmq;

/// <summary>Finds out who takes a message, and waits until it is done.</summary>
internal sealed class Dispatcher(HandlerRegistry handlers, ClientEvents events)
{
    /// <summary>Returns when the message may be acknowledged; throws what the handler throws.</summary>
    public async Task DispatchAsync(Delivery delivery, CancellationToken ct)
    {
        while (true)
        {
            // Without anybody to take messages they wait: acknowledging them would lose them for this device.
            await handlers.WhenSomeoneTakesAsync(ct).ConfigureAwait(false);
            if (handlers.Reader is not { } reader)
                break;
            if (await reader.HandOverAsync(delivery, ct).ConfigureAwait(false))
                return;
        }

        await HandleAsync(delivery, ct).ConfigureAwait(false);
    }

    private Task HandleAsync(Delivery delivery, CancellationToken ct)
    {
        if (handlers.Find(delivery.Type) is not { } handler)
        {
            return FallBackAsync(delivery, WsmqOperation.FindHandler, () => new InvalidOperationException(
                $"No handler takes the type '{delivery.Type}', and there is no fallback: register one with On or OnAny before starting."), ct);
        }

        return handler.TryBind(delivery, out var call, out var error)
            ? call(ct)
            : FallBackAsync(delivery, WsmqOperation.ReadBody, () => error, ct);
    }

    private Task FallBackAsync(Delivery delivery, WsmqOperation operation, Func<Exception> error, CancellationToken ct)
    {
        if (handlers.Fallback is { } fallback)
            return fallback(delivery, ct);
        events.RaiseError(operation, error(), delivery);
        return Task.CompletedTask;
    }
}
