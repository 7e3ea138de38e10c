using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Framing;

/// <summary>A job as the message that was sent.</summary>
internal static class JobMessage
{
    private static ReadOnlySpan<byte> End => "}]}\u001e"u8;

    /// <summary>The message in its wire form; its source is the queue.</summary>
    /// <exception cref="JsonException">It is corrupt or foreign.</exception>
    public static WsmqDelivery Of(WsmqAddress queue, TakenJob job) => Of(queue, job.Lease.Job, job.Metadata, job.Body);

    /// <summary>A stored job in the same form.</summary>
    /// <exception cref="JsonException">It is corrupt or foreign.</exception>
    public static WsmqDelivery Of(WsmqAddress queue, WsmqPosition job, ReadOnlyMemory<byte> metadata, ReadOnlyMemory<byte> body) => JsonSerializer.Deserialize(
        JsonFrames.Delivery(FrameOf(JsonFrames.SourceOf(queue), job, metadata, body)), WsmqJsonContext.Relaxed.WsmqDelivery)!;

    /// <summary>The <c>Job</c> call for a connection.</summary>
    /// <param name="source">The address of the queue as a JSON string.</param>
    /// <param name="job">The job.</param>
    /// <param name="lease">The duration of its lease, in µs.</param>
    /// <exception cref="JsonException">It is corrupt or foreign.</exception>
    public static SerializedHubMessage Call(ReadOnlySpan<byte> source, TakenJob job, long lease)
    {
        var delivery = JsonFrames.Delivery(FrameOf(source, job.Lease.Job, job.Metadata, job.Body));
        var start = Encoding.ASCII.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $$$"""{"type":1,"target":"{{{nameof(IWsmqReceiver.Job)}}}","arguments":[{"{{{Wire.Token}}}":"{{{job.Lease.Token}}}","{{{Wire.Lease}}}":{{{lease / 1000}}},"{{{Wire.Attempt}}}":{{{job.Attempt}}},"{{{Wire.LostLeases}}}":{{{job.Lost}}},"{{{Wire.Due}}}":{{{job.Due / 1000}}},"{{{Wire.Message}}}":"""));
        var frame = new byte[start.Length + delivery.Length + End.Length];
        start.CopyTo(frame, 0);
        delivery.CopyTo(frame.AsSpan(start.Length));
        End.CopyTo(frame.AsSpan(start.Length + delivery.Length));
        return JsonFrames.Message(frame);
    }

    private static byte[] FrameOf(ReadOnlySpan<byte> source, WsmqPosition job, ReadOnlyMemory<byte> metadata, ReadOnlyMemory<byte> body)
    {
        var entry = new LogEntry(job, WsmqPosition.Start, metadata, body);
        return StoredEntry.Check(entry, out var isBinary, out var defect)
            ? JsonFrames.Receive(source, entry, isBinary)
            : throw new JsonException(defect);
    }
}
