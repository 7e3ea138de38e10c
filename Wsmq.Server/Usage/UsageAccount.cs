using System.Runtime.InteropServices;
using Wsmq.Server.Limits;
using Wsmq.Server.Logs;

namespace Wsmq.Server.Usage;

/// <summary>
/// What the store keeps because of one user, as far as this node knows: the sum of all nodes as it was last told, and what it has not
/// told the store yet. Messages in flight hold their place, so that many at a time do not pass together.
/// </summary>
internal sealed class UsageAccount(string user, UserLimits limits)
{
    private readonly Lock _lock = new();
    private Dictionary<WsmqAddress, (WsmqPosition Last, long Bytes)> _logs = [];
    private long _stored;
    private long _telling;
    private long _untold;
    private long _reserved;
    private long _permanent;
    private long _rateBytes;
    private bool _known;

    public string User => user;

    /// <summary>The rules of the connection that was charged last.</summary>
    public LimitRules? Rules { get; private set; }

    /// <summary>When it was last looked at what is gone; by the clock of the keeper.</summary>
    public long Reclaimed { get; set; }

    /// <summary>There is nothing to tell.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_lock)
                return _untold + _telling + _reserved == 0;
        }
    }

    /// <summary>Whether the store was asked already.</summary>
    public bool IsKnown
    {
        get
        {
            lock (_lock)
                return _known;
        }
    }

    public bool IsOver(long allowed)
    {
        lock (_lock)
            return Sum > allowed;
    }

    private long Sum => _stored + _telling + _untold + _reserved;

    public bool TryReserve(LimitRules rules, long cost, long allowed)
    {
        lock (_lock)
        {
            Rules = rules;
            if (Sum + cost > allowed)
                return false;
            _reserved += cost;
            return true;
        }
    }

    public void Release(long cost)
    {
        lock (_lock)
            _reserved -= cost;
    }

    /// <summary>Returns how much is untold.</summary>
    public long Add(LimitRules rules, WsmqAddress log, WsmqPosition position, UsageCost cost)
    {
        lock (_lock)
        {
            Rules = rules;
            Note(_logs, log, position, cost.Bytes);
            _permanent += cost.Permanent;
            _rateBytes += cost.Rate;
            return _untold += cost.Bytes + cost.Permanent;
        }
    }

    /// <summary>What is to be told now; then <see cref="Told"/> or <see cref="NotTold"/>. One at a time.</summary>
    public UntoldUsage Take()
    {
        lock (_lock)
        {
            var taken = new UntoldUsage(_logs, _permanent, _rateBytes);
            (_logs, _permanent, _rateBytes) = ([], 0, 0);
            (_telling, _untold) = (_untold, 0);
            return taken;
        }
    }

    /// <summary>The store has it, and says what the sum is; what other nodes took counts in the rate of this one.</summary>
    public void Told(UsageSum sum)
    {
        lock (_lock)
            (_stored, _telling, _known) = (sum.Bytes, 0, true);
        if (Rules is { } rules)
            limits.RaiseSendBytes(rules, sum.Ahead);
    }

    /// <summary>Some of it is given back.</summary>
    public void Reclaim(long sum)
    {
        lock (_lock)
            _stored = sum;
    }

    public void NotTold(UntoldUsage taken)
    {
        lock (_lock)
        {
            foreach (var (log, (last, bytes)) in taken.Logs)
                Note(_logs, log, last, bytes);
            _permanent += taken.Permanent;
            _rateBytes += taken.RateBytes;
            (_untold, _telling) = (_untold + _telling, 0);
        }
    }

    private static void Note(Dictionary<WsmqAddress, (WsmqPosition Last, long Bytes)> items, WsmqAddress log, WsmqPosition last, long bytes)
    {
        ref var item = ref CollectionsMarshal.GetValueRefOrAddDefault(items, log, out _);
        item = (WsmqPosition.Max(item.Last, last), item.Bytes + bytes);
    }
}
