namespace Wsmq;

/// <summary>The state of a <see cref="WsmqClient"/>.</summary>
public enum WsmqClientState
{
    /// <summary>
    /// Not started, or stopped. The client also stops by itself: where the token was revoked, the user is banned, or the server refused
    /// the start.
    /// </summary>
    Stopped = 0,

    /// <summary>Started, and not yet connected since the start.</summary>
    Connecting = 1,

    /// <summary>Connected.</summary>
    Connected = 2,

    /// <summary>The connection was lost; the client tries to reconnect until it is stopped.</summary>
    Reconnecting = 3,
}
