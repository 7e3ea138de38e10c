namespace Wsmq.Server.Stores;

/// <summary>
/// The nodes of the deployment: which of them are registered, and questions to all of them about what only they know. Questions and answers
/// are opaque to the store. A registration lasts <see cref="WsmqNodeOptions.Expiry"/>; <see cref="IStore.IsAvailableAsync"/> renews it.
/// </summary>
internal interface INodeStore
{
    /// <summary>The largest answer: a larger one is not sent, and its node counts as missing.</summary>
    public const int MaxAnswerBytes = 256 * 1024;

    /// <summary>The largest question.</summary>
    public const int MaxQuestionBytes = 16 * 1024;

    /// <summary>
    /// The largest message about presence to one node. A batch ends long before; what is left has room for what the groups of its last user
    /// need.
    /// </summary>
    public const int MaxMessageBytes = 128 * 1024;

    /// <summary>The kind of the store, as operators see it.</summary>
    string Kind { get; }

    /// <summary>The id of this node: a new one with each start.</summary>
    string Self { get; }

    /// <summary>Registers this node, which answers the questions of all nodes from now on.</summary>
    /// <param name="answer">Answers a question. Must not block, and throw for no question.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <exception cref="WsmqException"><c>store-unavailable</c>.</exception>
    Task JoinAsync(Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> answer, CancellationToken cancellationToken);

    /// <summary>
    /// Registers who handles messages of a kind (<see cref="SendAsync"/>). Earlier ones are dropped: call it before <see cref="JoinAsync"/>. The
    /// handler is called in turn for all messages: it must neither block nor throw.
    /// </summary>
    void Handle(NodeMessageKind kind, Action<ReadOnlyMemory<byte>> handler);

    /// <summary>
    /// Sends a message to one node, which may be this one. Nothing is stored; messages from one node arrive in the order of the calls, but any of
    /// them may be lost.
    /// </summary>
    /// <param name="node">The id of the node.</param>
    /// <param name="kind">The kind.</param>
    /// <param name="message">The message.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>Whether the node listens: then the message reaches it, unless it or its connection to the store ends.</returns>
    /// <exception cref="WsmqException"><c>store-unavailable</c>.</exception>
    Task<bool> SendAsync(string node, NodeMessageKind kind, ReadOnlyMemory<byte> message, CancellationToken cancellationToken);

    /// <summary>Which nodes have somebody who answers requests.</summary>
    IResponderStore Responders { get; }

    /// <summary>Ends the registration, and returns once no answer is in progress. Throws nothing: a registration expires as well.</summary>
    Task LeaveAsync();

    /// <summary>Asks all registered nodes, and waits for their answers until the timeout. This node always answers.</summary>
    /// <exception cref="WsmqException"><c>store-unavailable</c>: no other node could be asked. <c>store-corrupt</c>.</exception>
    Task<NodeReplies> AskAsync(ReadOnlyMemory<byte> question, TimeSpan timeout, CancellationToken cancellationToken);
}

/// <summary>The answers to a question.</summary>
/// <param name="Answers">The answers, by node.</param>
/// <param name="Missing">The registered nodes that did not answer in time, in order.</param>
internal sealed record NodeReplies(IReadOnlyDictionary<string, ReadOnlyMemory<byte>> Answers, IReadOnlyList<string> Missing);
