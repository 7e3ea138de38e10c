namespace Wsmq;

/// <summary>
/// Authorizes sends and reads of connected users. The default allows a user to read its own queue and the groups that it is a member
/// of, and to send to all users and to its own groups. It is called for every send and subscribe of a client, so answer from memory
/// where possible; it is not called for messages that the app itself publishes. An exception refuses the call. Register it as a
/// singleton, which many connections call concurrently, or as scoped, for example to use a DbContext: then each call has its own scope
/// and its own instance.
/// </summary>
public interface IWsmqAuthorizer
{
    /// <summary>Returns whether the caller may send to an address, or use it as the reply-to address.</summary>
    /// <param name="caller">The user, device and principal of the connection.</param>
    /// <param name="to">The address.</param>
    /// <param name="cancellationToken">Is cancelled when the connection ends.</param>
    ValueTask<bool> CanSendAsync(WsmqCaller caller, WsmqAddress to, CancellationToken cancellationToken);

    /// <summary>Returns whether the caller may read the log of an address.</summary>
    /// <param name="caller">The user, device and principal of the connection.</param>
    /// <param name="source">The address.</param>
    /// <param name="cancellationToken">Is cancelled when the connection ends.</param>
    ValueTask<bool> CanReadAsync(WsmqCaller caller, WsmqAddress source, CancellationToken cancellationToken);
}
