namespace Wsmq.Server.Connections;

/// <summary>What an accepted connection does.</summary>
internal interface IConnectionSession
{
    /// <summary>Does the periodic checks of the session. Must not block.</summary>
    void Sweep();
}
