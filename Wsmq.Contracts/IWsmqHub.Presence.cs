namespace Wsmq;

/// <content>Presence; only where the app has enabled it.</content>
public partial interface IWsmqHub
{
    /// <summary>
    /// Watches who is there: returns the presence of an address as a whole, and calls <see cref="IWsmqReceiver.Presence"/> with what changes
    /// from then on, until <see cref="UnwatchPresence"/> or the end of the connection. A repeated call returns the whole again. Limited
    /// together with <see cref="Resume"/>.
    /// </summary>
    /// <param name="address">A user or a group.</param>
    Task<WsmqPresenceState> WatchPresence(string address);

    /// <summary>Ends a watch. Without one the call has no effect.</summary>
    /// <param name="address">The address.</param>
    Task UnwatchPresence(string address);

    /// <summary>
    /// Sets the presence of this connection, in place of what it has set before. It ends with the connection. Limited together with
    /// <see cref="Resume"/>.
    /// </summary>
    /// <param name="away">Whether the user is away from this connection. A connection that has not called is not away.</param>
    /// <param name="data">
    /// What others see beside the device, such as a status text or whether the user types: any JSON value, of at most 512 bytes by default;
    /// null for nothing.
    /// </param>
    Task SetPresence(bool away, WsmqJsonBody? data);

    /// <summary>Returns the presence of users. Limited together with <see cref="Resume"/>.</summary>
    /// <param name="users">The identifiers of the users, at most 200.</param>
    /// <returns>The presence of each, in the same order.</returns>
    Task<WsmqUserPresence[]> GetPresence(string[] users);
}
