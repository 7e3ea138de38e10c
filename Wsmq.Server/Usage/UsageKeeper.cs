using Wsmq.Server.Limits;
using Wsmq.Server.Logs;

namespace Wsmq.Server.Usage;

/// <summary>Keeps each user within a share of the store: charged at once on this node, and told to the store behind it.</summary>
internal sealed class UsageKeeper(IStore store, UsageTeller teller, TimeProvider time)
{
    // From so much on a charge is told at once: it bounds how far nodes can go beyond a share together.
    private const long Much = 256 * 1024;

    /// <summary>Takes a place for a message; an error where the user's share is used up.</summary>
    public WsmqException? Reserve(UsageAccount account, LimitRules rules, int bytes)
    {
        if (teller.Allowed(rules) is not { } allowed)
            return null;
        if (!account.TryReserve(rules, store.Usage.CostOf(bytes), allowed))
            return Refuse(account, rules);
        if (!account.IsKnown)
            teller.Tell(account, urgent: true);
        return null;
    }

    /// <summary>An error where the user has no share left.</summary>
    public WsmqException? Check(UsageAccount account, LimitRules rules) =>
        teller.Allowed(rules) is { } allowed && account.IsOver(rules, allowed) ? Refuse(account, rules) : null;

    /// <summary>Nothing came of the message.</summary>
    public void Release(UsageAccount account, LimitRules rules, int bytes)
    {
        if (teller.Allowed(rules) is not null)
            account.Release(store.Usage.CostOf(bytes));
    }

    /// <summary>The message is stored.</summary>
    public void Stored(UsageAccount account, LimitRules rules, in AppendRequest request, in AppendResult result)
    {
        if (teller.Allowed(rules) is null)
            return;
        var cost = store.Usage.CostOf(request.Bytes);
        var permanent = result.Created ? store.Usage.CostOfAddress(request.To) : 0;
        account.Release(cost);
        Charged(account, account.Add(rules, request.To, result.Position, new UsageCost(cost, permanent, request.Bytes)));
    }

    /// <summary>A message was dead-lettered for the user.</summary>
    public void DeadLettered(UsageAccount account, LimitRules rules, Address source, int bytes)
    {
        if (teller.Allowed(rules) is null)
            return;
        var now = new Position(time.GetUtcNow().ToUnixTimeMilliseconds() * 1_000);
        Charged(account, account.AddDeadLetter(rules, source, now, store.Usage.CostOf(bytes)));
    }

    private void Charged(UsageAccount account, long untold) => teller.Tell(account, untold >= Much);

    // What is gone by now is looked for at once.
    private WsmqException Refuse(UsageAccount account, LimitRules rules)
    {
        teller.Tell(account, urgent: true);
        return rules.Refuse(
            WsmqErrors.QuotaExceeded, UsageTeller.Interval, FormattableString.Invariant($"a user has {rules.Options.UserStorePercent} % of the store"));
    }
}
