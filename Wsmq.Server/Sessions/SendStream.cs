namespace Wsmq.Server.Sessions;

/// <summary>A stream of sends that a connection has open.</summary>
internal sealed class SendStream(CancellationToken cancellation)
{
    public bool IsCancelled => cancellation.IsCancellationRequested;
}
