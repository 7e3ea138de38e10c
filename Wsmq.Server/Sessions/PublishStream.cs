namespace Wsmq.Server.Sessions;

/// <summary>An open stream of sends of a connection.</summary>
/// <param name="number">Its number among the streams of the connection.</param>
/// <param name="cancellation">Cancelled when the client cancels the stream.</param>
internal sealed class PublishStream(long number, CancellationToken cancellation)
{
    public long Number => number;

    public bool IsCancelled => cancellation.IsCancellationRequested;
}
