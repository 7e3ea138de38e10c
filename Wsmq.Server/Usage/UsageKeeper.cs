using Wsmq.Server.Limits;
using Wsmq.Server.Logs;

namespace Wsmq.Server.Usage;

/// <summary>Keeps each user within a share of the store: charged at once on this node, and told to the store behind it.</summary>
internal sealed class UsageKeeper(IStore store, UsageTeller teller)
{
    // From so much on a charge is told at once: it bounds how far nodes can go beyond a share together.
    private const long Much = 256 * 1024;

    // What others send to a user becomes dead letters of the user: it must not take the place of what the user sends.
    private const int LetterParts = 4;

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

    /// <summary>How many bytes of dead letters are kept for a user beside the share, of the own queue and of all groups each.</summary>
    public long LetterRoom(LimitRules rules) => teller.Allowed(rules) is { } allowed ? allowed / LetterParts : long.MaxValue;

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

    private void Charged(UsageAccount account, long untold) => teller.Tell(account, untold >= Much);

    // What is gone by now is looked for at once.
    private WsmqException Refuse(UsageAccount account, LimitRules rules)
    {
        teller.Tell(account, urgent: true);
        return rules.Refuse(
            WsmqErrors.QuotaExceeded, UsageTeller.Interval, FormattableString.Invariant($"a user has {rules.Options.UserStorePercent} % of the store"));
    }
}
