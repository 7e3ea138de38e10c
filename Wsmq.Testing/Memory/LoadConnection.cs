namespace Wsmq.Testing.Memory;

/// <summary>A connection that sends a load, and reads the answers or does not.</summary>
internal sealed class LoadConnection(HubSocket socket) : IAsyncDisposable
{
    public long Sent => socket.Sent;

    public static async Task<LoadConnection> OpenAsync(Uri hub, bool reads, CancellationToken cancellationToken)
    {
        HubSocket? socket = null;
        await Eventually.That(
            "the node accepts one more connection", async () => (socket = await TryOpenAsync(hub, cancellationToken)) is not null);
        if (reads)
            socket!.StartReading(_ => Task.CompletedTask);
        return new LoadConnection(socket!);
    }

    /// <summary>Sends until it is cancelled, or until the node has closed the connection.</summary>
    public async Task RunAsync(MemoryLoad load, CancellationToken cancellationToken)
    {
        try
        {
            if (load.Opening is { } opening)
                await socket.SendAsync(opening, cancellationToken);
            for (var i = 0; load.Times is null || i < load.Times; i++)
                await socket.SendAsync(load.Frame, cancellationToken);
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
        catch (Exception e) when (e is OperationCanceledException || HubSocket.IsEnd(e))
        {
            // Cancelled, or closed by the node.
        }
    }

    public ValueTask DisposeAsync() => socket.DisposeAsync();

    // Null if the node closes it: connections of the previous load may still be closing and count towards the limit.
    private static async Task<HubSocket?> TryOpenAsync(Uri hub, CancellationToken cancellationToken)
    {
        try
        {
            return await HubSocket.OpenAsync(hub, cancellationToken);
        }
        catch (Exception e) when (HubSocket.IsEnd(e))
        {
            return null;
        }
    }
}
