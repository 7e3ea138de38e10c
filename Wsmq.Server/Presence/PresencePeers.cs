namespace Wsmq.Server.Presence;

/// <summary>What this node was told by the others, and by itself, about the users that it watches. Not thread-safe.</summary>
internal sealed class PresencePeers
{
    private readonly Dictionary<string, Peer> _peers = new(StringComparer.Ordinal);

    /// <summary>The last batch of each node, where none is missing.</summary>
    public Dictionary<string, long> Have =>
        _peers.Where(p => p.Value is { IsBroken: false, GoneAt: null }).ToDictionary(p => p.Key, p => p.Value.Number, StringComparer.Ordinal);

    /// <summary>A user's entries: one for each node that has the user.</summary>
    public IEnumerable<PresenceEntry> EntriesOf(string user) =>
        _peers.Values.Select(p => p.Entries.GetValueOrDefault(user).Entry).OfType<PresenceEntry>();

    /// <summary>How far the addresses of the list are complete, as far as a node is concerned.</summary>
    public long MarkOf(string node) => _peers.GetValueOrDefault(node)?.Mark ?? 0;

    public void Mark(string node, long list)
    {
        var peer = PeerOf(node);
        peer.Mark = Math.Max(peer.Mark, list);
    }

    /// <summary>Takes a batch; returns false if one before it is missing, and the node has to be asked for everything.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="isWatched">Whether an entry is still of interest.</param>
    /// <param name="changed">Called with what an entry was, and what it is.</param>
    public bool Take(PresenceBatch batch, Func<PresenceEntry, bool> isWatched, Action<PresenceEntry?, PresenceEntry> changed)
    {
        var peer = PeerOf(batch.From);
        if (batch.Starts)
            (peer.Round, peer.IsBroken, peer.GoneAt) = (peer.Round + 1, false, null);
        else if (peer.IsBroken || peer.GoneAt is not null || batch.Number != peer.Number + 1)
        {
            // Reported once: until it begins anew there is nothing more to ask for.
            var wasBroken = peer.IsBroken;
            peer.IsBroken = true;
            return wasBroken;
        }

        peer.Number = batch.Number;
        foreach (var entry in batch.Entries)
        {
            var before = peer.Entries.GetValueOrDefault(entry.User).Entry;
            if (entry.Devices.Length == 0 || !isWatched(entry))
                peer.Entries.Remove(entry.User);
            else
                peer.Entries[entry.User] = (entry, peer.Round);
            changed(before, entry);
        }

        if (batch.Ends)
            RemoveWhere(peer, e => e.Round != peer.Round, changed);
        peer.Mark = Math.Max(peer.Mark, batch.Mark);
        return true;
    }

    /// <summary>Removes what is not watched any more.</summary>
    public void Prune(Func<PresenceEntry, bool> isWatched)
    {
        foreach (var peer in _peers.Values)
            RemoveWhere(peer, e => !isWatched(e.Entry), (_, _) => { });
    }

    /// <summary>Nodes that are not registered any more: what they had has ended now.</summary>
    /// <param name="registered">The nodes that are registered.</param>
    /// <param name="now">The time of the store, in µs.</param>
    /// <param name="timestamp">The time of this node.</param>
    /// <param name="changed">Called with what an entry was, and what it is.</param>
    public void Keep(IReadOnlySet<string> registered, long now, long timestamp, Action<PresenceEntry?, PresenceEntry> changed)
    {
        foreach (var (_, peer) in _peers.Where(p => p.Value.GoneAt is null && !registered.Contains(p.Key)))
        {
            peer.GoneAt = timestamp;
            foreach (var (user, (entry, round)) in peer.Entries.ToArray())
            {
                var ended = entry.EndedAt(now);
                peer.Entries[user] = (ended, round);
                changed(entry, ended);
            }
        }
    }

    /// <summary>Removes the nodes that have been gone for the grace; returns whether others wait for it.</summary>
    public bool Expire(Func<long, bool> isOver, Action<PresenceEntry?, PresenceEntry> changed)
    {
        var waiting = false;
        foreach (var (node, peer) in _peers.ToArray())
        {
            if (peer.GoneAt is not { } gone)
                continue;
            if (!isOver(gone))
            {
                waiting = true;
                continue;
            }

            _peers.Remove(node);
            RemoveWhere(peer, _ => true, changed);
        }

        return waiting;
    }

    /// <summary>Forgets everything: nothing is watched any more.</summary>
    public void Clear() => _peers.Clear();

    private static void RemoveWhere(Peer peer, Func<(PresenceEntry Entry, int Round), bool> where, Action<PresenceEntry?, PresenceEntry> changed)
    {
        foreach (var (user, known) in peer.Entries.Where(e => where(e.Value)).ToArray())
        {
            peer.Entries.Remove(user);
            changed(known.Entry, new PresenceEntry { User = user });
        }
    }

    private Peer PeerOf(string node)
    {
        if (!_peers.TryGetValue(node, out var peer))
            _peers.Add(node, peer = new Peer());
        return peer;
    }

    private sealed class Peer
    {
        public Dictionary<string, (PresenceEntry Entry, int Round)> Entries { get; } = new(StringComparer.Ordinal);

        public long Number { get; set; }

        public long Mark { get; set; }

        /// <summary>How often it has begun anew.</summary>
        public int Round { get; set; }

        /// <summary>A batch is missing: nothing is taken until it begins anew.</summary>
        public bool IsBroken { get; set; } = true;

        /// <summary>When it was found not to be registered; null while it is.</summary>
        public long? GoneAt { get; set; }
    }
}
