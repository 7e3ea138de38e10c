namespace Wsmq.Server.Sessions;

/// <summary>A stream of sends that a connection has open.</summary>
/// <param name="number">Among those of the connection.</param>
/// <param name="cancellation">Its client has cancelled it.</param>
internal sealed class SendStream(long number, CancellationToken cancellation)
{
    public long Number => number;

    public bool IsCancelled => cancellation.IsCancellationRequested;
}
