namespace Wsmq;

/// <summary>What a client knows of the presence of an address: takes states and changes, and says what is different. Not thread-safe.</summary>
internal sealed class PresenceView
{
    private List<WsmqPresenceChange>? _early = [];

    public WsmqPresenceState? State { get; private set; }

    /// <summary>Whether changes can be taken: a whole has arrived over this connection.</summary>
    public bool IsCurrent => _early is null;

    /// <summary>What a watch is told that finds a state already.</summary>
    public static WsmqPresenceChangedEventArgs First(WsmqPresenceState state) => Difference(null, state)!;

    /// <summary>Another connection, or another attempt: nothing is taken before a whole.</summary>
    public void Begin() => _early = [];

    /// <summary>Takes the result of the watch, and the changes that have overtaken it.</summary>
    public WsmqPresenceChangedEventArgs? Take(WsmqPresenceState state)
    {
        var (early, before) = (_early ?? [], State);
        (_early, State) = (null, state);
        foreach (var change in early)
            Apply(change);
        return Difference(before, State);
    }

    /// <summary>Takes a change; returns false if one before it is missing.</summary>
    public bool Take(WsmqPresenceChange change, out WsmqPresenceChangedEventArgs? difference)
    {
        difference = null;
        if (_early is not null)
        {
            _early.Add(change);
            return true;
        }

        var before = State;
        if (!Apply(change))
            return false;
        difference = Difference(before, State!, change.Changes);
        return true;
    }

    private bool Apply(WsmqPresenceChange change)
    {
        var state = State!;
        if (change.Version <= state.Version)
            return true;
        var isWhole = change.Members is not null || change.Changes is null;
        if (!isWhole && (change.Version != state.Version + 1 || state.Members is null))
            return false;
        State = new WsmqPresenceState
        {
            Address = change.Address, Version = change.Version, Online = change.Online, Away = change.Away,
            Members = isWhole ? change.Members : After(state.Members!, change.Changes!, change.Address.Kind == WsmqAddressKind.User),
        };
        return true;
    }

    private static List<WsmqUserPresence> After(
        IReadOnlyList<WsmqUserPresence> members, IReadOnlyList<WsmqUserPresenceChange> changes, bool isUser)
    {
        var after = new SortedDictionary<string, WsmqUserPresence>(StringComparer.Ordinal);
        foreach (var member in members)
            after[member.User] = member;
        foreach (var change in changes)
        {
            if (change.After.Status == WsmqPresenceStatus.Offline && !isUser)
                after.Remove(change.After.User);
            else
                after[change.After.User] = change.After;
        }

        return [.. after.Values];
    }

    // Null if nothing is different: a reconnect shows only what has changed.
    private static WsmqPresenceChangedEventArgs? Difference(
        WsmqPresenceState? before, WsmqPresenceState after, IReadOnlyList<WsmqUserPresenceChange>? told = null)
    {
        var old = (before?.Members ?? []).ToDictionary(m => m.User, StringComparer.Ordinal);
        var changes = new List<WsmqUserPresenceChange>();
        foreach (var member in after.Members ?? [])
        {
            old.Remove(member.User, out var was);
            was ??= Gone(member.User);
            if (!AreSame(was, member))
                changes.Add(new WsmqUserPresenceChange { Before = was, After = member });
        }

        if (after.Members is not null)
            changes.AddRange(old.Values.Select(m => new WsmqUserPresenceChange { Before = m, After = LastOf(m.User, told) }));
        return before is null || changes.Count > 0 || (before.Online, before.Away) != (after.Online, after.Away)
            ? new WsmqPresenceChangedEventArgs(after, changes, before is null)
            : null;
    }

    // A member who is gone is not in the list any more; only the change says when the member was last seen.
    private static WsmqUserPresence LastOf(string user, IReadOnlyList<WsmqUserPresenceChange>? told) =>
        told?.FirstOrDefault(c => c.After.User == user)?.After ?? Gone(user);

    private static WsmqUserPresence Gone(string user) => new() { User = user, Status = WsmqPresenceStatus.Offline };

    private static bool AreSame(WsmqUserPresence one, WsmqUserPresence other) =>
        one.Status == other.Status && one.LastSeen == other.LastSeen && one.Devices.Count == other.Devices.Count
        && one.Devices.Zip(other.Devices).All(p => p.First.Device == p.Second.Device && p.First.Since == p.Second.Since
            && p.First.Status == p.Second.Status && p.First.Data == p.Second.Data);
}
