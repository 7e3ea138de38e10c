namespace Wsmq;

/// <summary>Something that calls the hub, and is told which connection is the one to use.</summary>
internal interface ISessionUser
{
    /// <summary>A connection is up: use it, and repeat on it what the last one left open.</summary>
    void Attach(HubSession session);

    /// <summary>The connection is about to be left: begin nothing more on it. Completes once what is under way has its answer.</summary>
    Task LeaveAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The connection is gone.</summary>
    void Detach();

    /// <summary>An attempt to get a connection failed.</summary>
    void ConnectFailed(string cause)
    {
    }

    /// <summary>There will be no other connection: the server told the client to stay away, or refused its start.</summary>
    void Expel(WsmqException reason)
    {
    }
}
