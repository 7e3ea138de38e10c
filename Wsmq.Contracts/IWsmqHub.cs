namespace Wsmq;

/// <summary>What a client may invoke on the hub. Refusals arrive as a hub error whose message <see cref="WsmqError.Find"/> reads.</summary>
public interface IWsmqHub
{
    /// <summary>Stores a message for an address. The receipt comes once the store has it.</summary>
    /// <param name="message">The message; its sender is the connection's user.</param>
    Task<Receipt> Send(OutgoingMessage message);

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
}
