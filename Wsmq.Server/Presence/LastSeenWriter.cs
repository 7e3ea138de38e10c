using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Presence;

/// <summary>Stores when users were last seen: many in one call, and of each user only the newest.</summary>
internal sealed class LastSeenWriter(IStore store, IOptions<WsmqOptions> options, ILogger<LastSeenWriter> logger)
    : CoalescingWorker<KeyValuePair<string, long>>
{
    public void Note(string user, long time)
    {
        if (options.Value.Presence.LastSeenExpiry > TimeSpan.Zero)
            Add(KeyValuePair.Create(user, time));
    }

    protected override async Task RunAsync(List<KeyValuePair<string, long>> items)
    {
        try
        {
            var newest = items.GroupBy(i => i.Key, StringComparer.Ordinal).Select(g => KeyValuePair.Create(g.Key, g.Max(i => i.Value)));
            await store.LastSeen.NoteAsync([.. newest], options.Value.Presence.LastSeenExpiry, CancellationToken.None);
        }
        catch (Exception e)
        {
            // It is not worth a repeat: while the store is away every user leaves its node.
            Log.LastSeenNotStored(logger, e);
        }
    }
}
