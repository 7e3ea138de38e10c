using Wsmq.Server.Diagnostics;
using Wsmq.Server.Framing;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Expiry;

/// <summary>Has the store remove entries whose time to live is over, and releases the storage that their senders are charged for.</summary>
internal sealed class ExpiredEntries(IStore store, WsmqMetrics metrics)
{
    /// <summary>Removes what has expired in a lane. Several nodes may do so at once.</summary>
    /// <exception cref="WsmqException"><c>store-unavailable</c>.</exception>
    public async Task RemoveAsync(int lane, CancellationToken cancellationToken)
    {
        ExpiredPart part;
        do
        {
            part = await store.Expiry.RemoveAsync(lane, cancellationToken);
            if (part.Removed.Count > 0)
                metrics.ExpiredRemoved(part.Removed.Count);
            await ReleaseAsync(part.Removed);
        }
        while (part.HasMore);
    }

    // Also during a stop: the entries are gone, and nobody else would release them before their age does.
    private async Task ReleaseAsync(IReadOnlyList<ExpiredEntry> removed)
    {
        foreach (var ofSender in removed.ToLookup(entry => EntryHeader.Of(entry.Metadata).Sender))
        {
            // The app is not charged.
            if (ofSender.Key is { } user)
                await store.Usage.ReleaseAsync(user, [.. ofSender.Select(ItemOf)], CancellationToken.None);
        }
    }

    private UsageItem ItemOf(ExpiredEntry entry) => new(entry.Source.ToString(), entry.Position, store.Usage.CostOf(entry.Bytes));
}
