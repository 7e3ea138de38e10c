namespace Wsmq;

/// <summary>What the hub calls on a client; each is a handler that a plain SignalR client may register by name.</summary>
public interface IWsmqReceiver
{
    /// <summary>
    /// The next durable message of a source. After a lost connection the server starts again behind the device's cursor, so that
    /// what was delivered but not acknowledged comes again.
    /// </summary>
    /// <param name="delivery">The message.</param>
    Task Receive(WsmqDelivery delivery);

    /// <summary>
    /// The next durable messages of a source, in their order. Called instead of <see cref="Receive"/>, where more than one is ready,
    /// on connections that asked for it with the query parameter <c>batch=true</c>.
    /// </summary>
    /// <param name="deliveries">The messages, all of one source; at least two.</param>
    Task ReceiveMany(IReadOnlyList<WsmqDelivery> deliveries);

    /// <summary>Entries of a source will not be delivered: all positions p with <c>after &lt; p &lt; before</c>. Delivery goes on behind it.</summary>
    /// <param name="source">The source.</param>
    /// <param name="after">The last position before the gap.</param>
    /// <param name="before">The first position behind the gap.</param>
    /// <param name="reason">One of <see cref="WsmqGapReasons"/>; treat unknown ones like <c>lost</c>.</param>
    Task Gap(string source, string after, string before, string reason);

    /// <summary>A live push of the app: not durable, not acknowledged.</summary>
    /// <param name="message">The message.</param>
    Task Live(WsmqLiveMessage message);

    /// <summary>
    /// The server waits for acks: the window of this source has been full for a while. Deliveries go on with the next ack.
    /// </summary>
    /// <param name="source">The source.</param>
    /// <param name="position">The last position that was delivered.</param>
    Task Stalled(string source, string position);

    /// <summary>
    /// A message was set aside for this device, because attempts to handle it kept failing: it counts as acknowledged, and deliveries
    /// go on behind it. The app can read it and have it sent again.
    /// </summary>
    /// <param name="source">The source.</param>
    /// <param name="position">The position of the message.</param>
    /// <param name="attempts">How many attempts had failed.</param>
    Task DeadLettered(string source, string position, int attempts);

    /// <summary>
    /// This node is stopping. Connect again after the time, which is another one for each client, so that they do not all come to
    /// the other nodes at once; until then everything works as before. A client that stays is closed, and may reconnect.
    /// </summary>
    /// <param name="afterMilliseconds">When to leave, in milliseconds from now.</param>
    Task Reconnect(int afterMilliseconds);

    /// <summary>
    /// The store has gone away or has come back. While it is away sends fail with <c>store-unavailable</c>, and nothing is delivered.
    /// It is available to a new connection that is not told otherwise.
    /// </summary>
    /// <param name="available">Whether the store answers.</param>
    Task StoreState(bool available);
}
