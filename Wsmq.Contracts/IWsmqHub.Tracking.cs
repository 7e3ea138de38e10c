namespace Wsmq;

/// <summary>Tracked messages: what has become of what this user has sent.</summary>
public partial interface IWsmqHub
{
    /// <summary>
    /// What has become of a message that this user has sent with <see cref="WsmqOutgoingMessage.Track"/>. With <c>status=true</c> in the query of
    /// the hub's URL the server then calls <see cref="IWsmqReceiver.StatusChanged"/> here for its changes. Limited together with
    /// <see cref="Resume"/>.
    /// </summary>
    /// <param name="to">The address that it was sent to.</param>
    /// <param name="position">The position of the message; null to name it by its id.</param>
    /// <param name="id">The id of the message; null to name it by its position.</param>
    /// <returns>
    /// The status; null if the user has not sent such a message to the address, it was not tracked, still waits for its time, or is older than the
    /// server stores its status.
    /// </returns>
    Task<WsmqMessageStatus?> MessageStatus(string to, string? position, string? id);

    /// <summary>Lists the tracked messages that this user has sent to an address, the oldest first, at most 100.</summary>
    /// <param name="to">The address.</param>
    /// <param name="after">The position of the last message of the page before; null for the first page.</param>
    /// <returns>Their status; fewer than 100 if no more follow.</returns>
    Task<WsmqMessageStatus[]> TrackedMessages(string to, string? after);

    /// <summary>
    /// Lists the readers of a tracked message of this user for which something has become of it, by name, at most 500: the devices of a user, or
    /// the members of a group.
    /// </summary>
    /// <param name="to">The address that it was sent to.</param>
    /// <param name="position">The position of the message.</param>
    /// <param name="after">The name of the last reader of the page before; null for the first page.</param>
    /// <returns>The readers; fewer than 500 if no more follow.</returns>
    Task<WsmqReaderStatus[]> MessageReaders(string to, string position, string? after);
}
