using Microsoft.Extensions.Logging;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Presence;

/// <summary>
/// A node that watches, as this one sees it: its list of addresses, and what waits to be sent to it, in batches of at most one a second. A
/// batch that is lost is noticed by its number with the next question.
/// </summary>
internal sealed class PresenceWatcher(string node, PresenceTable table, IStore store, PresenceClock clock, ILogger logger)
    : CoalescingWorker<PresenceItem>
{
    // Well below the largest message, of which the last entry may take a part.
    private const int MostBytes = INodeStore.MaxMessageBytes / 3;
    private const int MostEntries = 500;

    // A batch that was sent so long ago has arrived, or never will.
    private static readonly TimeSpan OnItsWay = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly HashSet<WsmqAddress> _addresses = [];
    private readonly HashSet<string> _queued = new(StringComparer.Ordinal);
    private readonly WakeUp _urgent = new();
    private int _marks;
    private long _number;
    private long _sentAt;
    private long _askedAt = clock.Time.GetTimestamp();
    private bool _isStarting;
    private bool _owes;

    /// <summary>The version of its list.</summary>
    public long List { get; private set; }

    /// <summary>Whether it has not asked for so long that it is not there any more.</summary>
    public bool IsOver => clock.Time.GetElapsedTime(Volatile.Read(ref _askedAt)) > clock.Lease;

    /// <summary>It has asked; returns whether it must get everything again.</summary>
    public bool Asked(long? have)
    {
        lock (_lock)
        {
            Volatile.Write(ref _askedAt, clock.Time.GetTimestamp());
            return have is null || (have != _number && !(have < _number && clock.Time.GetElapsedTime(_sentAt) < OnItsWay));
        }
    }

    /// <summary>
    /// Whether it gets everything with this question: a list that is told in several questions begins anew once, when it is whole. What is
    /// not in it yet would be dropped as gone.
    /// </summary>
    public bool Owes(bool all, bool continues)
    {
        lock (_lock)
        {
            all = _owes |= all;
            if (!continues)
                _owes = false;
            return all;
        }
    }

    /// <summary>Changes its list; returns the addresses that were added, and those that were removed.</summary>
    public (List<WsmqAddress> Added, List<WsmqAddress> Removed) Change(PresenceQuestion question)
    {
        lock (_lock)
        {
            var removed = new List<WsmqAddress>();
            if (question.IsNew && question.Base != List)
            {
                removed.AddRange(_addresses);
                _addresses.Clear();
                _owes = true;
            }

            removed.AddRange(Read(question.Removed).Where(_addresses.Remove));
            List = question.List;
            return ([.. Read(question.Added).Where(_addresses.Add)], removed);
        }
    }

    public bool Watches(WsmqAddress address)
    {
        lock (_lock)
            return _addresses.Contains(address);
    }

    public WsmqAddress[] Addresses
    {
        get
        {
            lock (_lock)
                return [.. _addresses];
        }
    }

    /// <summary>A user has changed.</summary>
    public void Enqueue(string user)
    {
        lock (_lock)
        {
            // Together: between the two a start would drop it.
            if (_queued.Add(user))
                Add(new PresenceItem(user, 0, false));
        }
    }

    /// <summary>Sends these users at once; the addresses of the list's version are complete with them.</summary>
    /// <returns>Whether they are complete without a batch.</returns>
    public bool Complete(IReadOnlyCollection<string> users, long list, bool starts)
    {
        lock (_lock)
        {
            if (users.Count == 0 && !starts && _marks == 0)
                return true;
            _marks++;

            // What waits already would come before the start, and is not taken there.
            if (starts)
            {
                _queued.Clear();
                Add(new PresenceItem(null, 0, true));
            }

            foreach (var user in users)
                Enqueue(user);
            Add(new PresenceItem(null, list, starts));
        }

        _urgent.Set();
        return false;
    }

    /// <summary>Sends what waits without a pause.</summary>
    public void Hurry() => _urgent.Set();

    protected override async Task RunAsync(List<PresenceItem> items)
    {
        try
        {
            lock (_lock)
                _queued.ExceptWith(items.Select(i => i.User).OfType<string>());
            try
            {
                await SendAsync(items);
            }
            finally
            {
                lock (_lock)
                    _marks -= items.Count(i => i.Mark > 0);
            }

            await _urgent.WaitAsync(PresenceClock.BatchEvery, clock.Time, clock.Stop);
        }
        catch (OperationCanceledException)
        {
            // The node stops.
        }
        catch (Exception e)
        {
            // The next question notices that batches are missing.
            Log.PresenceNotSent(logger, e, node);
        }
    }

    private async Task SendAsync(List<PresenceItem> items)
    {
        var (entries, bytes, starts) = (new List<PresenceEntry>(), 0, false);
        foreach (var item in items)
        {
            if (item.User is { } user)
            {
                var entry = table.EntryOf(user, group => Watches(WsmqAddress.Group(group)));
                entries.Add(entry);
                bytes += Size(entry);
            }

            var ends = false;
            lock (_lock)
            {
                if (item is { User: null, Mark: 0 })
                    (starts, _isStarting) = (true, true);
                if (item.Mark > 0 && item.EndsOrStarts && _isStarting)
                    (ends, _isStarting) = (true, false);
            }

            if (item.Mark == 0 && bytes < MostBytes && entries.Count < MostEntries)
                continue;
            await SendAsync(entries, starts, ends, item.Mark);
            (entries, bytes, starts) = ([], 0, false);
        }

        if (entries.Count > 0 || starts)
            await SendAsync(entries, starts, false, 0);
    }

    private async Task SendAsync(List<PresenceEntry> entries, bool starts, bool ends, long mark)
    {
        long number;
        lock (_lock)
            (number, _sentAt) = (++_number, clock.Time.GetTimestamp());
        var batch = new PresenceBatch
        {
            From = store.Nodes.Self, Number = number, Starts = starts, Ends = ends, Mark = mark, Entries = [.. entries],
        };
        await store.Nodes.SendAsync(
            node, NodeMessageKind.Presence, PresenceJson.Write(batch, PresenceJson.Relaxed.PresenceBatch), clock.Stop);
    }

    private static int Size(PresenceEntry entry) =>
        100 + (4 * entry.User.Length) + entry.Groups.Sum(g => 10 + (4 * g.Length))
        + entry.Devices.Sum(d => 80 + (4 * d.Name.Length) + (d.Data?.Utf8.Length ?? 0));

    private static IEnumerable<WsmqAddress> Read(string[] addresses)
    {
        foreach (var text in addresses)
        {
            if (WsmqAddress.TryParse(text, out var address, out _))
                yield return address;
        }
    }
}

/// <summary>What waits to be sent: a user; or the start of everything; or a mark.</summary>
/// <param name="User">The user.</param>
/// <param name="Mark">The version of the list that is complete here.</param>
/// <param name="EndsOrStarts">Everything starts here, or ends with the mark.</param>
internal readonly record struct PresenceItem(string? User, long Mark, bool EndsOrStarts);
