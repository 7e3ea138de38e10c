namespace Wsmq;

/// <summary>
/// Decides what connected users may do. The default lets a user read the own queue and the groups it is a member of, and send
/// to users and to its own groups. What the app itself publishes is not asked about. Called for every send and subscribe:
/// answer from memory where you can. An exception refuses. Register it as a singleton, which is asked by many connections at once, or
/// as scoped, for example for a DbContext: then each question has a scope and an authorizer of its own.
/// </summary>
public interface IWsmqAuthorizer
{
    /// <summary>Whether the caller may send to an address, or name it as reply-to.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="to">The address.</param>
    /// <param name="cancellationToken">Ends with the connection.</param>
    ValueTask<bool> CanSendAsync(WsmqCaller caller, WsmqAddress to, CancellationToken cancellationToken);

    /// <summary>Whether the caller may read the log of an address.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="source">The address.</param>
    /// <param name="cancellationToken">Ends with the connection.</param>
    ValueTask<bool> CanReadAsync(WsmqCaller caller, WsmqAddress source, CancellationToken cancellationToken);
}
