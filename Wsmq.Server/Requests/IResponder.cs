namespace Wsmq.Server.Requests;

/// <summary>Who answers requests on this node: a connection, or the app. No call may block.</summary>
internal interface IResponder
{
    /// <summary>Gives it a request; it answers with <see cref="LocalResponders.AnswerAsync"/>, exactly once.</summary>
    void Give(WsmqIncomingRequest request);

    /// <summary>
    /// Whether it cannot take in what it was given: it gets no more. When that is over it calls <see cref="LocalResponders.Unblocked"/>.
    /// </summary>
    bool IsBlocked { get; }

    /// <summary>Nobody waits for the reply any more.</summary>
    void Cancel(string id);
}
