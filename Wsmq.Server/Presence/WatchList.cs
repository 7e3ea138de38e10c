namespace Wsmq.Server.Presence;

/// <summary>
/// The addresses that this node watches, as it tells the others: in changes, each with the next version, and as a whole to those that have
/// missed one. Not thread-safe.
/// </summary>
internal sealed class WatchList
{
    // The largest question is 16 KiB, and an escaped character takes two bytes.
    private const int MostBytes = 6 * 1024;
    private const int BytesBeside = 12;

    private readonly HashSet<WsmqAddress> _told = [];
    private readonly HashSet<WsmqAddress> _added = [];
    private readonly HashSet<WsmqAddress> _removed = [];
    private readonly Queue<WsmqAddress> _again = new();
    private bool _beginsAgain;
    private long _version;

    /// <summary>Whether anything has to be told.</summary>
    public bool HasChanges => _added.Count > 0 || _removed.Count > 0 || _again.Count > 0 || _beginsAgain;

    public void Add(WsmqAddress address) => _added.Add(address);

    // A change is told with its removals first: an address that is added again meanwhile stays in both, so that the nodes send it again.
    public void Remove(WsmqAddress address)
    {
        _added.Remove(address);
        _removed.Add(address);
    }

    /// <summary>Tells everything again: a node has missed a change.</summary>
    public void TellAgain()
    {
        _again.Clear();
        foreach (var address in _told)
            _again.Enqueue(address);
        _beginsAgain = true;
    }

    /// <summary>The next change, which may be empty; it fits into a question with the numbers of the nodes.</summary>
    /// <param name="self">This node.</param>
    /// <param name="have">The last batch of each node.</param>
    /// <param name="added">Called for each address that is new in it, with its version.</param>
    public PresenceQuestion Next(string self, Dictionary<string, long> have, Action<WsmqAddress, long> added)
    {
        var (before, isNew, room) = (_version, _beginsAgain, MostBytes);
        var (adds, removes) = (new List<WsmqAddress>(), new List<WsmqAddress>());
        if (HasChanges)
            _version++;
        _beginsAgain = false;
        while (_again.TryPeek(out var address) && Fits(address, ref room))
            adds.Add(_again.Dequeue());
        if (_again.Count == 0)
        {
            removes.AddRange(Take(_removed, ref room));
            _told.ExceptWith(removes);
        }

        if (_again.Count == 0 && _removed.Count == 0)
        {
            foreach (var address in Take(_added, ref room))
            {
                _told.Add(address);
                adds.Add(address);
                added(address, _version);
            }
        }

        return new PresenceQuestion
        {
            Watcher = self, Base = before, List = _version, IsNew = isNew, Have = have, Continues = HasChanges,
            Added = [.. adds.Select(a => a.ToString())], Removed = [.. removes.Select(a => a.ToString())],
        };
    }

    private static List<WsmqAddress> Take(HashSet<WsmqAddress> from, ref int room)
    {
        var taken = new List<WsmqAddress>();
        foreach (var address in from)
        {
            if (!Fits(address, ref room))
                break;
            taken.Add(address);
        }

        from.ExceptWith(taken);
        return taken;
    }

    private static bool Fits(WsmqAddress address, ref int room)
    {
        var bytes = System.Text.Encoding.UTF8.GetByteCount(address.Name) + BytesBeside;
        if (bytes > room)
            return false;
        room -= bytes;
        return true;
    }
}
