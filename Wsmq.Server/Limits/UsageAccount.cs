using System.Runtime.InteropServices;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Limits;

/// <summary>
/// The storage charged to one user, as far as this node knows: the sum over all nodes as last received, and what this node has not reported
/// to the store yet. Messages in flight are reserved, so that many at a time cannot pass the limit together.
/// </summary>
internal sealed class UsageAccount(string user, UserLimits limits)
{
    private const int MostExpected = 256;

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

    /// <summary>
    /// When the store was last checked for removed entries of the user; a timestamp of the clock of <see cref="UsageReporter"/>.
    /// </summary>
    public long Reclaimed { get; set; }

    /// <summary>Whether there is nothing to report.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_lock)
                return _untold + _telling + _reserved == 0;
        }
    }

    /// <summary>Whether the sum of the store is known.</summary>
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

    /// <summary>Adds a charge; returns how much is not reported yet.</summary>
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

    /// <summary>Takes what is to be reported now; call <see cref="Reported"/> or <see cref="NotReported"/> afterwards. One at a time.</summary>
    public UnreportedUsage Take()
    {
        lock (_lock)
        {
            var taken = new UnreportedUsage(_logs, _permanent, _rateBytes);

            // Of the same size: a user who goes on sending will have about as many by the next report.
            (_logs, _permanent, _rateBytes) = (new(Math.Min(_logs.Count, MostExpected)), 0, 0);
            (_telling, _untold) = (_untold, 0);
            return taken;
        }
    }

    /// <summary>The store accepted the report and returned the sum; what other nodes took counts in the rate of this one.</summary>
    public void Reported(UsageSum sum)
    {
        lock (_lock)
            (_stored, _telling, _known) = (sum.Bytes, 0, true);
        if (Rules is { } rules)
            limits.RaiseSendBytes(rules, sum.Ahead);
    }

    /// <summary>Some of the storage was released; sets the new sum.</summary>
    public void Reclaim(long sum)
    {
        lock (_lock)
            _stored = sum;
    }

    public void NotReported(UnreportedUsage taken)
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
