using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace Wsmq.Server.Presence;

/// <summary>
/// An address that is watched on this node: what its listeners were told, and what has changed since. Guarded by the lock of
/// <see cref="PresenceWatches"/>.
/// </summary>
internal sealed class WatchedAddress
{
    private readonly SortedDictionary<string, WsmqUserPresence> _members = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _changed = new(StringComparer.Ordinal);
    private readonly int _most;
    private int _online;
    private int _away;
    private SerializedHubMessage? _whole;

    public WatchedAddress(WsmqAddress address, int most)
    {
        (Address, _most) = (address, address.Kind == WsmqAddressKind.User ? 1 : most);
        if (address.Kind == WsmqAddressKind.User)
            Changed(address.Name, 0);
    }

    public WsmqAddress Address { get; }

    public HashSet<IPresenceListener> Listeners { get; } = [];

    /// <summary>Since when it has no listener; 0 while it has.</summary>
    public long UnusedSince { get; set; }

    /// <summary>The version of the list of this node's watches that has it first.</summary>
    public long AddedIn { get; set; }

    /// <summary>Completes once the nodes have told what they have.</summary>
    public TaskCompletionSource Complete { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public long ToldAt { get; set; }

    public long Version { get; private set; }

    /// <summary>The last change; null if there was none, or it was a whole.</summary>
    public WsmqPresenceChange? Last { get; private set; }

    /// <summary>The same for connections, serialized once for all of them.</summary>
    public SerializedHubMessage? LastMessage { get; private set; }

    private bool IsListed => _online + _away <= _most;

    public void Changed(string user, long ended) => _changed[user] = Math.Max(ended, _changed.GetValueOrDefault(user));

    /// <summary>Of a user who is offline: when it was seen before this node watched it.</summary>
    public void SetLastSeen(DateTimeOffset time)
    {
        if (_members.TryGetValue(Address.Name, out var user) && user is { Status: WsmqPresenceStatus.Offline, LastSeen: null })
        {
            _members[Address.Name] = new WsmqUserPresence { User = user.User, Status = user.Status, LastSeen = time };
            _whole = null;
        }
    }

    /// <summary>The user of the address.</summary>
    public WsmqUserPresence User => _members.GetValueOrDefault(Address.Name)
        ?? new WsmqUserPresence { User = Address.Name, Status = WsmqPresenceStatus.Offline };

    /// <summary>What the listeners were told, as a whole.</summary>
    public WsmqPresenceState State => new()
    {
        Address = Address, Version = Version, Online = _online, Away = _away, Members = IsListed ? [.. _members.Values] : null,
    };

    /// <summary>The same as a change.</summary>
    public WsmqPresenceChange Whole => WholeOf(State);

    /// <summary>The same for connections.</summary>
    public SerializedHubMessage WholeMessage => _whole ??= Message(Whole);

    /// <summary>Brings what listeners are told up to date; returns false if nothing of it has changed.</summary>
    /// <param name="presenceOf">The presence of a user now, with the time at which it was last seen in case that it is offline.</param>
    public bool Tell(Func<WatchedAddress, string, long, WsmqUserPresence> presenceOf)
    {
        var (counts, wasListed) = ((_online, _away), IsListed);
        var changes = new List<WsmqUserPresenceChange>();
        foreach (var (user, ended) in _changed)
        {
            var before = _members.GetValueOrDefault(user) ?? new WsmqUserPresence { User = user, Status = WsmqPresenceStatus.Offline };
            var after = PresenceMerge.Since(before, presenceOf(this, user, ended));
            if (after.Status == WsmqPresenceStatus.Offline && before.Status == WsmqPresenceStatus.Offline
                && (Address.Kind == WsmqAddressKind.Group || _members.ContainsKey(user)))
                continue;
            Count(before, -1);
            Count(after, 1);
            if (after.Status != WsmqPresenceStatus.Offline || Address.Kind == WsmqAddressKind.User)
                _members[user] = after;
            else
                _members.Remove(user);
            if (!PresenceMerge.AreSame(before, after))
                changes.Add(new WsmqUserPresenceChange { Before = before, After = after });
        }

        _changed.Clear();
        if (Version > 0 && (changes.Count == 0 || (!IsListed && !wasListed && counts == (_online, _away))))
            return false;
        Version++;
        _whole = null;
        Last = !IsListed ? new WsmqPresenceChange { Address = Address, Version = Version, Online = _online, Away = _away }
            : !wasListed ? null
            : new WsmqPresenceChange { Address = Address, Version = Version, Online = _online, Away = _away, Changes = changes };
        LastMessage = Last is null || Listeners.Count == 0 ? null : Message(Last);
        return true;
    }

    public static SerializedHubMessage Message(WsmqPresenceChange change) =>
        new(new InvocationMessage(nameof(IWsmqReceiver.Presence), [change]));

    private static WsmqPresenceChange WholeOf(WsmqPresenceState state) => new()
    {
        Address = state.Address, Version = state.Version, Online = state.Online, Away = state.Away, Members = state.Members,
    };

    private void Count(WsmqUserPresence user, int by)
    {
        if (user.Status == WsmqPresenceStatus.Online)
            _online += by;
        if (user.Status == WsmqPresenceStatus.Away)
            _away += by;
    }
}

/// <summary>Learns that what is told of an address has changed. Must not block.</summary>
internal interface IPresenceListener
{
    void Changed(WatchedAddress watched);
}
