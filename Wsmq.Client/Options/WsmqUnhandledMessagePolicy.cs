namespace Wsmq;

/// <summary>What a <see cref="WsmqClient"/> does with a message that has no handler.</summary>
public enum WsmqUnhandledMessagePolicy
{
    /// <summary>
    /// The server dead-letters the message for this device at once, with the reason <see cref="WsmqNackReasons.NoHandler"/>. The app on
    /// the server can read the dead letter and send it again.
    /// </summary>
    DeadLetter = 0,

    /// <summary>The client acknowledges the message: it is lost for this device, and no event reports it.</summary>
    Acknowledge = 1,
}
