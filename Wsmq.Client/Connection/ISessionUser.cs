namespace Wsmq;

/// <summary>A part of the client that calls the hub, and is notified which connection to use.</summary>
internal interface ISessionUser
{
    /// <summary>A connection is up: use it, and repeat on it the calls that were unanswered on the last one.</summary>
    void Attach(HubSession session);

    /// <summary>
    /// Completes once each of the first calls that the start of the client waits for has had an answer, whatever it is, or has failed.
    /// </summary>
    Task FirstAnswers => Task.CompletedTask;

    /// <summary>The client is leaving the connection: start no more calls on it. Completes once calls in flight are answered.</summary>
    Task LeaveAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The connection has ended.</summary>
    void Detach();

    /// <summary>An attempt to connect failed.</summary>
    void ConnectFailed(string cause)
    {
    }

    /// <summary>There will be no further connection: the token was revoked, the user banned, or the start refused.</summary>
    void Expel(WsmqException reason)
    {
    }
}
