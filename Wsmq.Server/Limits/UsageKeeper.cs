
using Wsmq.Server.Stores;

namespace Wsmq.Server.Limits;

/// <summary>Keeps each user within a share of the store: charged at once on this node, and reported to the store afterwards.</summary>
internal sealed class UsageKeeper(IStore store, UsageReporter reporter)
{
    // From this many unreported bytes, or this part of the share, on a charge is reported at once: this bounds how far the nodes together
    // can exceed a share.
    private const long Much = 256 * 1024;
    private const int MuchParts = 128;

    // Messages from others become dead letters of the user: they must not use up the share for what the user sends.
    private const int DeadLetterParts = 4;

    /// <summary>Reserves the bytes of a message; returns an error if the user's share is used up.</summary>
    public WsmqException? Reserve(UsageAccount account, LimitRules rules, int bytes)
    {
        if (reporter.Allowed(rules) is not { } allowed)
            return null;
        if (!account.TryReserve(rules, store.Usage.CostOf(bytes), allowed))
            return Refuse(account, rules);
        if (!account.IsKnown)
            reporter.Report(account, urgent: true);
        return null;
    }

    /// <summary>
    /// The bytes that dead letters of a user may take in addition to the share: this many for the user's own queue, and the same again
    /// for all groups together.
    /// </summary>
    public long DeadLetterBytes(LimitRules rules) => reporter.Allowed(rules) is { } allowed ? allowed / DeadLetterParts : long.MaxValue;

    /// <summary>The message was not stored.</summary>
    public void Release(UsageAccount account, LimitRules rules, int bytes)
    {
        if (reporter.Allowed(rules) is not null)
            account.Release(store.Usage.CostOf(bytes));
    }

    /// <summary>The message is stored.</summary>
    public void Stored(UsageAccount account, LimitRules rules, in AppendRequest request, in AppendResult result)
    {
        if (reporter.Allowed(rules) is not { } allowed)
            return;
        var cost = store.Usage.CostOf(request.Bytes);
        var permanent = result.Created ? store.Usage.CostOfAddress(request.To) : 0;
        account.Release(cost);

        // What waits is in no log in which it could be found to be gone: it is released with its age.
        var (log, position) = result.IsWaiting ? (default, new WsmqPosition(store.Now)) : (request.To, result.Position);
        var unreported = account.Add(rules, log, position, new UsageCost(cost, permanent, request.Bytes));
        reporter.Report(account, unreported >= Math.Max(Much, allowed / MuchParts));
    }

    // Looks at once for entries that are gone by now.
    private WsmqException Refuse(UsageAccount account, LimitRules rules)
    {
        reporter.Report(account, urgent: true);
        return rules.Refuse(
            WsmqErrors.QuotaExceeded, UsageReporter.Interval, FormattableString.Invariant($"a user may use {rules.Options.UserStorePercent} % of the store"));
    }
}
