namespace Wsmq;

/// <summary>What a <see cref="WsmqClient"/> is doing.</summary>
public enum WsmqClientState
{
    /// <summary>Not started, or stopped; also by itself, where the server says that the token was revoked or the user banned.</summary>
    Stopped = 0,

    /// <summary>Started, and never connected since.</summary>
    Connecting = 1,

    /// <summary>Connected.</summary>
    Connected = 2,

    /// <summary>The connection was lost; attempts to restore it go on until the client is stopped.</summary>
    Reconnecting = 3,
}
