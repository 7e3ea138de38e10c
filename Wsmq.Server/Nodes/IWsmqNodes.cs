namespace Wsmq;

/// <summary>
/// What only the nodes know: their connections, rates and slow readers. A call asks all registered nodes through the store, and waits for
/// their answers for at most <see cref="WsmqNodeOptions.AnswerTimeout"/>; nodes that did not answer are named in the result. Calls that are
/// made together share a question, and an answer is used again for half a second, so that frequent calls cost no more than a few.
/// </summary>
/// <remarks>
/// Without the store, only this node is in a result, which is then not complete. All methods may throw <see cref="WsmqException"/> with
/// <c>server-busy</c> if too many different questions wait (repeat the call), and with <c>stopping</c> on a node that stops.
/// </remarks>
public interface IWsmqNodes
{
    /// <summary>Returns the nodes of the deployment, ordered by name and id.</summary>
    /// <param name="cancellationToken">Cancels the wait for the result.</param>
    Task<WsmqNodeList> ListAsync(CancellationToken cancellationToken = default);

    /// <summary>Returns the open connections of a user on all nodes, the newest first, at most 1,000, and 200 of one node.</summary>
    /// <param name="userId">The user's identifier.</param>
    /// <param name="cancellationToken">Cancels the wait for the result.</param>
    /// <exception cref="WsmqException"><c>invalid-name</c> or <c>name-too-long</c>.</exception>
    Task<WsmqUserConnections> ConnectionsAsync(string userId, CancellationToken cancellationToken = default);
}
