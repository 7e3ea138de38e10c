using System.Text.Json;
using Wsmq.Server.Framing;
using Wsmq.Server.Publishing;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Unacknowledged;

/// <summary>The messages of an address that the hook is to be told of.</summary>
/// <param name="Messages">Those that are due, in order.</param>
/// <param name="Through">The position up to which nothing else is due.</param>
/// <param name="Next">When to look at what follows, by the clock of the store in µs since 1970.</param>
/// <param name="Tail">The tail of the log, if nothing follows.</param>
internal sealed record FoundMessages(IReadOnlyList<WsmqDelivery> Messages, WsmqPosition Through, long Next, WsmqPosition? Tail)
{
    private const int MostInAPage = 128;
    private const int MostBytes = 1024 * 1024;

    /// <summary>Looks through the log of a user after a position.</summary>
    /// <exception cref="WsmqException"><c>store-unavailable</c> or <c>store-corrupt</c>.</exception>
    public static async Task<FoundMessages> FindAsync(
        IStore store, WsmqUnacknowledgedOptions options, WsmqAddress user, WsmqPosition from, CancellationToken cancellationToken)
    {
        var (now, source, found) = (store.Now, JsonFrames.SourceOf(user), new List<WsmqDelivery>());
        var (last, through, bytes) = (now - options.After.Micros(), from, 0);
        while (true)
        {
            var page = await store.MessageLog.ReadAsync(user, through, MostInAPage, MostBytes, cancellationToken);
            foreach (var entry in page.Entries)
            {
                // A position is the time at which the entry was stored.
                if (entry.Position.Value > last)
                    return new FoundMessages(found, through, entry.Position.Value + options.DueAfter, null);
                if (found.Count == options.MaxBatch || bytes >= MostBytes)
                    return new FoundMessages(found, through, now, null);
                through = entry.Position;
                if (Delivery(source, entry, now) is { } message && UnacknowledgedRules.Includes(options, user, message.Type, message.Headers))
                {
                    found.Add(message);
                    bytes += entry.Bytes;
                }
            }

            if (page.Entries.Count == 0 || through >= page.State.Tail)
                return new FoundMessages(found, page.State.Tail, page.State.Tail.Value + options.DueAfter, page.State.Tail);
        }
    }

    // Null if it has expired; or is corrupt: its readers are told of a loss.
    private static WsmqDelivery? Delivery(byte[] source, LogEntry entry, long now)
    {
        var stored = new FeedEntry(source, entry);
        return stored.Defect is null && !(stored.Ends <= now)
            ? JsonSerializer.Deserialize(JsonFrames.Delivery(stored.Frame), WsmqJsonContext.Default.WsmqDelivery)
            : null;
    }
}
