using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace Wsmq.Server.Endpoints;

/// <summary>
/// Waits for the first frame of a connection, which SignalR's handshake then reads. SignalR takes a first frame as large as any
/// other; whoever is not let in yet gets room for what a handshake needs.
/// </summary>
internal static class Handshake
{
    /// <summary>The largest that a first frame may be, in bytes; a handshake has less than 50.</summary>
    public const int MaxBytes = 4096;

    private const byte RecordSeparator = 0x1E;

    /// <summary>False where none comes in time, or it is too large: the client has been told, if it is still there.</summary>
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

                // Nothing is consumed: what is there is SignalR's to read.
                input.AdvanceTo(result.Buffer.Start, isWhole ? result.Buffer.Start : result.Buffer.End);
                if (isWhole)
                    return (true, null);
                if (isTooLong)
                    return (false, $"A handshake has at most {MaxBytes} bytes.");
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
            // The line broke, or carried no WebSocket. SignalR would write an error for each, which anybody could repeat.
            return (false, null);
        }
    }
}
