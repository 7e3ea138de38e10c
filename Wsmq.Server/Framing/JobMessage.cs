using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.SignalR;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Framing;

/// <summary>A job as the message that was sent.</summary>
internal static class JobMessage
{
    // Of the fields beside the delivery, with their numbers.
    private const int MostOfJob = 256;

    private static ReadOnlySpan<byte> Start => """{"type":1,"target":"Job","arguments":["""u8;

    private static ReadOnlySpan<byte> End => "]}\u001e"u8;

    private static ReadOnlySpan<byte> ManyStart => """{"type":1,"target":"JobMany","arguments":[["""u8;

    private static ReadOnlySpan<byte> ManyEnd => "]]}\u001e"u8;

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
    /// The calls that give jobs to a connection, as one write: each write costs a call of the operating system, which takes longer than
    /// composing a small job.
    /// </summary>
    /// <param name="source">The address of the queue as a JSON string.</param>
    /// <param name="jobs">The jobs.</param>
    /// <param name="lease">The duration of their leases, in µs.</param>
    /// <param name="many">Whether several jobs are one <c>JobMany</c> call; otherwise each is a <c>Job</c> call.</param>
    /// <param name="refuse">Called for each job that is corrupt or foreign, with the reason; it is not given.</param>
    /// <returns>Null if no job is left.</returns>
    public static SerializedHubMessage? Calls(
        ReadOnlySpan<byte> source, IReadOnlyList<TakenJob> jobs, long lease, bool many, Action<TakenJob, string> refuse)
    {
        var given = new List<(TakenJob Job, LogEntry Entry, bool IsBinary)>(jobs.Count);
        foreach (var job in jobs)
        {
            try
            {
                var (entry, isBinary) = Checked(job.Lease.Job, job.Metadata, job.Body);
                given.Add((job, entry, isBinary));
            }
            catch (JsonException e)
            {
                refuse(job, e.Message);
            }
        }

        if (given.Count == 0)
            return null;
        var together = many && given.Count > 1;
        var frames = new ArrayBufferWriter<byte>();
        for (var i = 0; i < given.Count; i++)
        {
            frames.Write(!together ? Start : i == 0 ? ManyStart : ","u8);
            Write(frames, source, given[i].Job, given[i].Entry, given[i].IsBinary, lease);
            if (!together)
                frames.Write(End);
        }

        if (together)
            frames.Write(ManyEnd);
        return JsonFrames.Message(frames.WrittenMemory);
    }

    private static void Write(
        ArrayBufferWriter<byte> frames, ReadOnlySpan<byte> source, TakenJob job, LogEntry entry, bool isBinary, long lease)
    {
        var progress = ProgressField(job);
        var room = frames.GetSpan(MostOfJob + Encoding.UTF8.GetByteCount(progress) + JsonFrames.DeliveryLength(source, entry, isBinary));
        Utf8.TryWrite(
            room, CultureInfo.InvariantCulture,
            $$$"""{"{{{Wire.Token}}}":"{{{job.Lease.Token}}}","{{{Wire.Lease}}}":{{{lease / 1000}}},"{{{Wire.Attempt}}}":{{{job.Attempt}}},"{{{Wire.LostLeases}}}":{{{job.Lost}}},"{{{Wire.Due}}}":{{{job.Due / 1000}}},{{{progress}}}"{{{Wire.Message}}}":""",
            out var written);
        var rest = room[written..];
        JsonFrames.AppendDelivery(ref rest, source, entry, isBinary);
        JsonFrames.Append(ref rest, "}"u8);
        frames.Advance(room.Length - rest.Length);
    }

    /// <summary>The progress of a job; null if it has none, or its stored form is corrupt.</summary>
    public static WsmqJsonBody? ProgressOf(string stored) =>
        stored.Length > 0 && WsmqJsonBody.TryParse(Encoding.UTF8.GetBytes(stored), out var progress, out _) ? progress : null;

    // Checked, as bodies are: what is stored must not forge a frame.
    private static string ProgressField(TakenJob job) => ProgressOf(job.Progress) is { } progress ? $"\"{Wire.Progress}\":{progress}," : "";

    private static (LogEntry Entry, bool IsBinary) Checked(WsmqPosition job, ReadOnlyMemory<byte> metadata, ReadOnlyMemory<byte> body)
    {
        var entry = new LogEntry(job, WsmqPosition.Start, metadata, body);
        return StoredEntry.Check(entry, out var isBinary, out var defect) ? (entry, isBinary) : throw new JsonException(defect);
    }
}
