using Microsoft.Extensions.Options;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Presence;

/// <summary>
/// The users of this node: the truth about them, which is stored nowhere. A user whose last connection has ended stays as it was for the
/// grace.
/// </summary>
internal sealed class PresenceTable(IStore store, IOptions<WsmqOptions> options, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, PresentUser> _users = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> _members = new(StringComparer.Ordinal);
    private readonly Queue<(long EndedAt, string User, LastState State)> _ending = new();

    /// <summary>
    /// Called when the presence of a user changes, with the groups of the user before or after the change; inside the lock: it must not call
    /// the table.
    /// </summary>
    public Action<string, IReadOnlyCollection<string>>? Changed { get; set; }

    /// <summary>Called when the last connection of a user to this node has ended, with the time of the store in µs; inside the lock.</summary>
    public Action<string, long>? Left { get; set; }

    private TimeSpan Grace => options.Value.Presence.Grace;

    public PresentConnection Open(string user, string device, DateTimeOffset since)
    {
        lock (_lock)
        {
            if (!_users.TryGetValue(user, out var present))
                _users.Add(user, present = new PresentUser());
            var connection = new PresentConnection(user, device, since) { FoundGroups = present.Last is { Groups.Count: > 0 } };
            if (present is { Last: { } last, Connections.Count: 0 } && Array.Find(last.Devices, d => d.Name == device) is { } known)
                connection.Since = Math.Min(connection.Since, known.Since);
            present.Connections.Add(connection);
            Notify(user, present);
            return connection;
        }
    }

    public void Join(PresentConnection connection, string group)
    {
        lock (_lock)
        {
            if (connection.HasEnded || !connection.Groups.Add(group))
                return;
            var present = _users[connection.User];
            Count(connection.User, present, group);
            Notify(connection.User, present);
        }
    }

    public void Leave(PresentConnection connection, string group)
    {
        lock (_lock)
        {
            if (connection.HasEnded)
                return;
            var present = _users[connection.User];
            var (reads, hasRead) = (connection.Groups.Remove(group), present.Last?.Groups.Remove(group) == true);
            if (!reads && !hasRead)
                return;
            Notify(connection.User, present);
            if (reads)
                Discount(connection.User, present, group);
            if (hasRead)
                Discount(connection.User, present, group);
        }
    }

    /// <summary>The connection reads all groups of its user: those of connections that have ended count no more.</summary>
    public void Settle(PresentConnection connection)
    {
        lock (_lock)
        {
            if (connection.HasEnded)
                return;
            var present = _users[connection.User];
            if (present.Last is not { Groups.Count: > 0 } last)
                return;
            Notify(connection.User, present);
            Discount(connection.User, present, last.Groups);
            last.Groups.Clear();
        }
    }

    public void Set(PresentConnection connection, bool away, WsmqJsonBody? data)
    {
        lock (_lock)
        {
            if (connection.HasEnded || (connection.IsAway == away && connection.Data == data))
                return;
            (connection.IsAway, connection.Data, connection.SetAt) = (away, data, time.GetUtcNow().ToUnixTimeMilliseconds());
            Notify(connection.User, _users[connection.User]);
        }
    }

    public void Close(PresentConnection connection)
    {
        lock (_lock)
        {
            if (connection.HasEnded)
                return;
            connection.HasEnded = true;
            var (user, present) = (connection.User, _users[connection.User]);
            Notify(user, present);
            if (present.Connections.Count == 1)
                End(user, present, connection);
            else
                Discount(user, present, connection.Groups);
            present.Connections.Remove(connection);
            foreach (var other in present.Connections.Where(c => c.Device == connection.Device))
                other.Since = Math.Min(other.Since, connection.Since);
        }
    }

    /// <summary>Removes the users whose grace is over; returns how long until the next one is due, or null.</summary>
    public TimeSpan? Expire()
    {
        lock (_lock)
        {
            while (_ending.TryPeek(out var first))
            {
                if (Grace - time.GetElapsedTime(first.EndedAt) is var left && left > TimeSpan.Zero)
                    return left;
                _ending.Dequeue();
                if (_users.TryGetValue(first.User, out var present) && present.Last == first.State)
                    Forget(first.User, present);
            }

            return null;
        }
    }

    /// <summary>The users of an address.</summary>
    public string[] UsersOf(WsmqAddress address)
    {
        lock (_lock)
        {
            return address.Kind == WsmqAddressKind.Group ? [.. _members.GetValueOrDefault(address.Name) ?? []]
                : _users.ContainsKey(address.Name) ? [address.Name]
                : [];
        }
    }

    /// <summary>A user, with those groups for which the filter returns true.</summary>
    public PresenceEntry EntryOf(string user, Func<string, bool> isWatched)
    {
        lock (_lock)
        {
            if (!_users.TryGetValue(user, out var present))
                return new PresenceEntry { User = user };
            var here = present.Connections.Count > 0;
            return new PresenceEntry
            {
                User = user, Devices = here ? present.Devices(withData: true) : present.Last!.Devices,
                Groups = [.. present.Groups.Keys.Where(isWatched)], Ended = here ? null : present.Last!.EndedAt,
            };
        }
    }

    private void Notify(string user, PresentUser present) => Changed?.Invoke(user, present.Groups.Keys);

    // The groups stay counted: a user who connects again is found in them at once, before the new connection has read its memberships.
    private void End(string user, PresentUser present, PresentConnection connection)
    {
        if (present.Last is { } before)
            Discount(user, present, before.Groups);
        var now = store.Now;
        present.Last = new LastState(present.Devices(withData: false), new(connection.Groups, StringComparer.Ordinal), now);
        Left?.Invoke(user, now);
        _ending.Enqueue((time.GetTimestamp(), user, present.Last));
    }

    private void Forget(string user, PresentUser present)
    {
        Notify(user, present);
        Discount(user, present, present.Last!.Groups);
        present.Last = null;
        if (present.Connections.Count == 0)
            _users.Remove(user);
    }

    private void Count(string user, PresentUser present, string group)
    {
        present.Groups[group] = present.Groups.GetValueOrDefault(group) + 1;
        if (!_members.TryGetValue(group, out var members))
            _members.Add(group, members = new(StringComparer.Ordinal));
        members.Add(user);
    }

    private void Discount(string user, PresentUser present, IEnumerable<string> groups)
    {
        foreach (var group in groups)
            Discount(user, present, group);
    }

    private void Discount(string user, PresentUser present, string group)
    {
        if ((present.Groups[group] -= 1) > 0)
            return;
        present.Groups.Remove(group);
        if (_members[group].Remove(user) && _members[group].Count == 0)
            _members.Remove(group);
    }
}
