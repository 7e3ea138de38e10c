namespace Wsmq.Server.Endpoints;

/// <summary>How long one write to a client's socket may take before SignalR closes the connection.</summary>
internal static class WriteTimeout
{
    /// <summary>SignalR's timeout for every write, whatever its size.</summary>
    public static readonly TimeSpan Shortest = TimeSpan.FromSeconds(10);

    // SignalR's buffer before the socket: its content leaves in the same write.
    private const int BufferBytes = 64 * 1024;

    // The addresses, positions, ids and names of the frame.
    private const int EnvelopeBytes = 4 * 1024;

    public static TimeSpan Of(WsmqOptions options)
    {
        var bits = 8.0 * (options.Publish.MaxBodyBytes + options.Publish.MaxHeaderBytes + EnvelopeBytes + BufferBytes);
        return Shortest + TimeSpan.FromSeconds(bits / options.Delivery.SlowestLinkBitsPerSecond);
    }
}
