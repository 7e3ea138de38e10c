namespace Wsmq;

/// <summary>
/// Data of <see cref="WsmqClient.DeadLettered"/>: the server has dead-lettered a message for this device, because attempts to handle it
/// kept failing. Delivery continues after it. The app on the server can read the dead letter and send it again.
/// </summary>
/// <param name="source">The address whose log the message is in.</param>
/// <param name="position">The position of the message.</param>
/// <param name="attempts">The number of failed attempts, including those before a restart of the client.</param>
public sealed class WsmqDeadLetteredEventArgs(WsmqAddress source, WsmqPosition position, int attempts) : EventArgs
{
    /// <summary>The address whose log the message is in: the user's own queue, or a group.</summary>
    public WsmqAddress Source { get; } = source;

    /// <summary>The position of the message.</summary>
    public WsmqPosition Position { get; } = position;

    /// <summary>The number of failed attempts, including those before a restart of the client.</summary>
    public int Attempts { get; } = attempts;
}
