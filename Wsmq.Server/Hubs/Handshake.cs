using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace Wsmq.Server.Hubs;

/// <summary>
/// Waits for the first frame of a connection, which SignalR's handshake then reads. SignalR would accept a first frame as large as any
/// other; a connection that is not accepted yet may only send as much as a handshake needs.
/// </summary>
internal static class Handshake
{
    /// <summary>The largest first frame, in bytes; a handshake has less than 50.</summary>
    public const int MaxBytes = 4096;

    private const byte RecordSeparator = 0x1E;

    /// <summary>False if no frame arrives in time, or it is too large. The client has then received an error, if still connected.</summary>
    public static async Task<bool> WaitAsync(ConnectionContext connection, TimeSpan timeout, TimeProvider time)
    {
        var (begun, reason) = await ReadAsync(connection.Transport.Input, timeout, time);
        if (begun)
            return true;
        if (reason is null)
            return false;
        HandshakeProtocol.WriteResponseMessage(new HandshakeResponseMessage(reason), connection.Transport.Output);
        await connection.Transport.Output.FlushAsync(connection.ConnectionClosed);
        return false;
    }

    private static async Task<(bool Begun, string? Reason)> ReadAsync(PipeReader input, TimeSpan timeout, TimeProvider time)
    {
        using var late = new CancellationTokenSource(timeout, time);
        try
        {
            while (true)
            {
                var result = await input.ReadAsync(late.Token);
                var isWhole = result.Buffer.PositionOf(RecordSeparator) is not null;
                var isTooLong = result.Buffer.Length > MaxBytes;

                // Consumes nothing, so that SignalR reads the whole frame.
                input.AdvanceTo(result.Buffer.Start, isWhole ? result.Buffer.Start : result.Buffer.End);
                if (isWhole)
                    return (true, null);
                if (isTooLong)
                    return (false, $"The handshake must have at most {MaxBytes} bytes.");
                if (result.IsCompleted || result.IsCanceled)
                    return (false, "Handshake was canceled.");
            }
        }
        catch (OperationCanceledException)
        {
            return (false, $"No handshake within {timeout.TotalSeconds:0.#} seconds.");
        }
        catch (Exception)
        {
            // The connection broke, or its data is not valid WebSocket data. SignalR would log an error each time, so that any client
            // could flood the log.
            return (false, null);
        }
    }
}
