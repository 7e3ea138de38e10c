using Microsoft.Extensions.Options;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Limits;

/// <summary>
/// Releases the storage charged to a user for entries that are gone from the store: acknowledged, removed by retention, or deleted.
/// </summary>
internal sealed class UsageReclaim(IStore store, IOptions<WsmqOptions> options, TimeProvider time)
{
    /// <summary>Returns the new sum, or null if nothing is gone.</summary>
    /// <exception cref="WsmqException"><c>store-unavailable</c>.</exception>
    public async Task<long?> RunAsync(string user, CancellationToken cancellationToken)
    {
        var parts = await store.Usage.PartsAsync(user, cancellationToken);
        var changes = new List<UsageChange>();
        await FindInLogsAsync(parts, changes, cancellationToken);
        return changes.Count == 0 ? null : await store.Usage.ChangeAsync(user, changes, cancellationToken);
    }

    private async Task FindInLogsAsync(IReadOnlyList<UsagePart> parts, List<UsageChange> changes, CancellationToken cancellationToken)
    {
        var logs = new List<(UsagePart Part, WsmqAddress Address)>();
        foreach (var part in parts)
        {
            // A name that is not an address has no log, so that its entries would never be found to be gone: it is released.
            if (WsmqAddress.TryParse(part.Name, out var address, out _))
                logs.Add((part, address));
            else if (UsageMarks.Whole(part.Marks).Length > 0)
                Change(part, string.Empty, changes);
        }

        if (logs.Count == 0)
            return;
        var old = (time.GetUtcNow() - options.Value.Retention.Longest).ToUnixTimeMilliseconds() * 1_000;
        var states = await store.MessageLog.StatesAsync(logs.ConvertAll(l => l.Address), cancellationToken);
        for (var i = 0; i < logs.Count; i++)
        {
            if (states[i] is not { } state)
                continue;
            var before = UsageMarks.Whole(logs[i].Part.Marks);
            Change(logs[i].Part, UsageMarks.WithoutBeyond(UsageMarks.Without(before, Math.Max(state.Removed.Value, old)), state.Tail.Value), changes);
        }
    }

    private static void Change(UsagePart part, string after, List<UsageChange> changes)
    {
        if (after != part.Marks)
            changes.Add(new UsageChange(part.Name, part.Marks, after, UsageMarks.Sum(UsageMarks.Whole(part.Marks)) - UsageMarks.Sum(after)));
    }
}
