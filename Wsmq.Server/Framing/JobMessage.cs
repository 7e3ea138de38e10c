using System.Text.Json;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Framing;

/// <summary>A job as the message that was sent.</summary>
internal static class JobMessage
{
    /// <summary>The message in its wire form; its source is the queue.</summary>
    /// <exception cref="JsonException">It is corrupt or foreign.</exception>
    public static WsmqDelivery Of(WsmqAddress queue, TakenJob job)
    {
        var entry = new LogEntry(job.Lease.Job, WsmqPosition.Start, job.Metadata, job.Body);
        if (!StoredEntry.Check(entry, out var isBinary, out var defect))
            throw new JsonException(defect);
        var frame = JsonFrames.Receive(JsonFrames.SourceOf(queue), entry, isBinary);
        return JsonSerializer.Deserialize(JsonFrames.Delivery(frame), WsmqJsonContext.Relaxed.WsmqDelivery)!;
    }
}
