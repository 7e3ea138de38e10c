using System.Buffers;
using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.SignalR;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Framing;

/// <summary>A job as the message that was sent.</summary>
internal static class JobMessage
{
    // Of the fields of a call beside the delivery, with their numbers.
    private const int MostOfCall = 256;

    private static ReadOnlySpan<byte> End => "}]}\u001e"u8;

    /// <summary>The message in its wire form; its source is the queue.</summary>
    /// <exception cref="JsonException">It is corrupt or foreign.</exception>
    public static WsmqDelivery Of(WsmqAddress queue, TakenJob job) => Of(queue, job.Lease.Job, job.Metadata, job.Body);

    /// <summary>A stored job in the same form.</summary>
    /// <exception cref="JsonException">It is corrupt or foreign.</exception>
    public static WsmqDelivery Of(WsmqAddress queue, WsmqPosition job, ReadOnlyMemory<byte> metadata, ReadOnlyMemory<byte> body)
    {
        var (entry, isBinary) = Checked(job, metadata, body);
        return JsonSerializer.Deserialize(JsonFrames.DeliveryOf(JsonFrames.SourceOf(queue), entry, isBinary), WsmqJsonContext.Relaxed.WsmqDelivery)!;
    }

    /// <summary>
    /// The <c>Job</c> calls for a connection as one write: each write costs a call of the operating system, which takes longer than
    /// composing a small job.
    /// </summary>
    /// <param name="source">The address of the queue as a JSON string.</param>
    /// <param name="jobs">The jobs.</param>
    /// <param name="lease">The duration of their leases, in µs.</param>
    /// <param name="refuse">Called for each job that is corrupt or foreign, with the reason; there is no call for it.</param>
    /// <returns>Null if no job is left.</returns>
    public static SerializedHubMessage? Calls(ReadOnlySpan<byte> source, IReadOnlyList<TakenJob> jobs, long lease, Action<TakenJob, string> refuse)
    {
        var frames = new ArrayBufferWriter<byte>();
        foreach (var job in jobs)
        {
            try
            {
                Write(frames, source, job, lease);
            }
            catch (JsonException e)
            {
                refuse(job, e.Message);
            }
        }

        return frames.WrittenCount > 0 ? JsonFrames.Message(frames.WrittenMemory) : null;
    }

    private static void Write(ArrayBufferWriter<byte> frames, ReadOnlySpan<byte> source, TakenJob job, long lease)
    {
        var (entry, isBinary) = Checked(job.Lease.Job, job.Metadata, job.Body);
        var room = frames.GetSpan(MostOfCall + JsonFrames.DeliveryLength(source, entry, isBinary) + End.Length);
        Utf8.TryWrite(
            room, CultureInfo.InvariantCulture,
            $$$"""{"type":1,"target":"{{{nameof(IWsmqReceiver.Job)}}}","arguments":[{"{{{Wire.Token}}}":"{{{job.Lease.Token}}}","{{{Wire.Lease}}}":{{{lease / 1000}}},"{{{Wire.Attempt}}}":{{{job.Attempt}}},"{{{Wire.LostLeases}}}":{{{job.Lost}}},"{{{Wire.Due}}}":{{{job.Due / 1000}}},"{{{Wire.Message}}}":""",
            out var written);
        var rest = room[written..];
        JsonFrames.AppendDelivery(ref rest, source, entry, isBinary);
        JsonFrames.Append(ref rest, End);
        frames.Advance(room.Length - rest.Length);
    }

    private static (LogEntry Entry, bool IsBinary) Checked(WsmqPosition job, ReadOnlyMemory<byte> metadata, ReadOnlyMemory<byte> body)
    {
        var entry = new LogEntry(job, WsmqPosition.Start, metadata, body);
        return StoredEntry.Check(entry, out var isBinary, out var defect) ? (entry, isBinary) : throw new JsonException(defect);
    }
}
