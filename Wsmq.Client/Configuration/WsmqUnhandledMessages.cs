namespace Wsmq;

/// <summary>What becomes of a message that no handler takes.</summary>
public enum WsmqUnhandledMessages
{
    /// <summary>
    /// It is dead-lettered at once for this device, with the reason <see cref="WsmqNackReasons.NoHandler"/>: the app at the server can read
    /// it and have it sent again.
    /// </summary>
    DeadLetter = 0,

    /// <summary>It is acknowledged, and gone for this device.</summary>
    Ignore = 1,
}
