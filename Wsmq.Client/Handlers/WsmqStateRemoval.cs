namespace Wsmq;

/// <summary>
/// The removal of the state of a key, as a handler of <see cref="WsmqClient.OnStateRemoved"/> receives it. It is acknowledged when the handler
/// returns.
/// </summary>
public sealed class WsmqStateRemoval
{
    /// <summary>Creates a removal, for example to test a handler.</summary>
    /// <param name="delivery">The removal in its wire form.</param>
    /// <exception cref="ArgumentException">The message removes no state.</exception>
    public WsmqStateRemoval(WsmqDelivery delivery)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        Key = delivery is { RemoveState: true, StateKey: { } key }
            ? key
            : throw new ArgumentException("The message removes no state.", nameof(delivery));
        Delivery = delivery;
    }

    /// <summary>The address whose state has changed: the user's own queue, or a group.</summary>
    public WsmqAddress Source => WsmqAddress.Parse(Delivery.Source);

    /// <summary>The key whose state is removed.</summary>
    public string Key { get; }

    /// <summary>The position of the removal in the log of the source.</summary>
    public WsmqPosition Position => WsmqPosition.Parse(Delivery.Position);

    /// <summary>The identifier of the user who removed it, set by the server; null where the app itself did.</summary>
    public string? Sender => Delivery.Sender;

    /// <summary>When the server accepted the removal, in UTC.</summary>
    public DateTimeOffset SentAt => DateTimeOffset.FromUnixTimeMilliseconds(Delivery.SentAt);

    /// <summary>The removal in its wire form.</summary>
    public WsmqDelivery Delivery { get; }
}
