namespace Wsmq;

/// <summary>
/// The server has set a message aside for this device, because attempts to handle it kept failing; the handlers go on behind it. The
/// app at the server can read it and have it sent again.
/// </summary>
/// <param name="source">The source.</param>
/// <param name="position">The position of the message.</param>
/// <param name="attempts">How many attempts had failed, also those before a restart.</param>
public sealed class WsmqDeadLetteredEventArgs(WsmqAddress source, WsmqPosition position, int attempts) : EventArgs
{
    /// <summary>The source.</summary>
    public WsmqAddress Source { get; } = source;

    /// <summary>The position of the message.</summary>
    public WsmqPosition Position { get; } = position;

    /// <summary>How many attempts had failed, also those before a restart.</summary>
    public int Attempts { get; } = attempts;
}
