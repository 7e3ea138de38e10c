namespace Wsmq;

/// <summary>What a client may invoke on the hub. Refusals arrive as a hub error whose message <see cref="WsmqError.Find"/> reads.</summary>
public interface IWsmqHub
{
    /// <summary>Stores a message for an address. The receipt comes once the store has it.</summary>
    /// <param name="message">The message; its sender is the connection's user.</param>
    Task<WsmqReceipt> Send(WsmqOutgoingMessage message);

    /// <summary>Stores many messages. Each succeeds or fails alone; the answer comes once all are decided.</summary>
    /// <param name="messages">The messages, to any addresses; at most as many as may be under way on one connection.</param>
    /// <returns>One result for each message, in the same order.</returns>
    Task<WsmqItemResult[]> SendMany(WsmqOutgoingMessage[] messages);

    /// <summary>
    /// Stores a stream of messages: the way to send a lot. Results come as they are decided, several at a time and not always in the
    /// order of the messages, but those of one address are. The server never makes the stream wait: a message beyond the number that may be under way
    /// on one connection is refused at once, with a code that says so.
    /// </summary>
    /// <param name="messages">The messages, each item of the stream being as many as are ready.</param>
    /// <param name="cancellationToken">Ends the stream; what was taken is stored nevertheless.</param>
    /// <returns>A result for each message; it completes when the stream is over and all are decided.</returns>
    IAsyncEnumerable<WsmqItemResult[]> Publish(IAsyncEnumerable<WsmqOutgoingMessage[]> messages, CancellationToken cancellationToken);

    /// <summary>
    /// Acknowledges everything of a source up to and including a position: the cursor of this connection's device moves there,
    /// never back. It completes once the store has the cursor.
    /// </summary>
    /// <param name="source">The delivery's source.</param>
    /// <param name="position">The delivery's position.</param>
    Task Ack(string source, string position);

    /// <summary>
    /// Starts the deliveries of a source again, behind a position that the client kept; what is no longer there is announced as
    /// a gap first. The device's cursor stays where it is.
    /// </summary>
    /// <param name="source">The source: the user's own queue, or a group of the user.</param>
    /// <param name="after">The last position that the client has; sixteen zeros for the oldest entry that is kept.</param>
    Task Resume(string source, string after);

    /// <summary>
    /// Says that an attempt to handle a message failed. Attempts are counted for this connection's device while the message is the
    /// first one that is not acknowledged. When they are used up, or at once where the reason is <see cref="WsmqNackReasons.NoHandler"/>, it is
    /// set aside, and <see cref="IWsmqReceiver.DeadLettered"/> says so.
    /// </summary>
    /// <param name="source">The delivery's source.</param>
    /// <param name="position">The delivery's position.</param>
    /// <param name="reason">Why, for whoever looks at what was set aside; cut off at 256 characters. Put no content of the message into it. May be null.</param>
    /// <returns>How many failed attempts were counted so far; 0 where this one did not count.</returns>
    Task<int> Nack(string source, string position, string? reason);
}
