using StackExchange.Redis;

namespace Wsmq.Server.Redis.Live;

/// <summary>
/// The SignalR groups with members on this node. Each has a channel that is listened to while it has a member here. Coming and
/// going wait for Redis one group at a time, not all for one another.
/// </summary>
internal sealed class LiveGroups(RedisLive live)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Group> _groups = new(StringComparer.Ordinal);

    public IReadOnlyList<LiveConnection> MembersOf(string name)
    {
        lock (_lock)
            return _groups.TryGetValue(name, out var group) ? group.Snapshot ??= [.. group.Members] : [];
    }

    /// <summary>Completes once what is sent to the group from now on comes.</summary>
    /// <exception cref="WsmqException"><c>store-unavailable</c>: it did not join.</exception>
    public async Task AddAsync(LiveConnection connection, string name)
    {
        Task listening;
        lock (_lock)
        {
            if (connection.IsGone)
                return;
            if (!_groups.TryGetValue(name, out var group))
                _groups.Add(name, group = new Group(name));
            (connection.Groups ??= new(StringComparer.Ordinal)).Add(name);
            if (group.Members.Add(connection))
            {
                group.Snapshot = null;
                if (group.Members.Count == 1)
                    Settle(group);
            }

            listening = group.Settled;
        }

        try
        {
            await listening;
        }
        catch
        {
            Remove(connection, name);
            throw;
        }
    }

    public void Remove(LiveConnection connection, string name)
    {
        lock (_lock)
        {
            if (connection.Groups?.Remove(name) == true)
                RemoveMember(connection, name);
        }
    }

    public void RemoveFromAll(LiveConnection connection)
    {
        lock (_lock)
        {
            connection.IsGone = true;
            foreach (var name in connection.Groups ?? [])
                RemoveMember(connection, name);
            connection.Groups = null;
        }
    }

    private void RemoveMember(LiveConnection connection, string name)
    {
        var group = _groups[name];
        group.Members.Remove(connection);
        group.Snapshot = null;
        if (group.Members.Count == 0)
            Settle(group);
    }

    // One step after another, each for how things stand when it runs: a channel that is left and joined at once could otherwise
    // end up without a listener.
    private void Settle(Group group)
    {
        var before = group.Settled;
        group.Settled = Task.Run(() => SettleAsync(group, before));
    }

    private async Task SettleAsync(Group group, Task before)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        bool wanted;
        lock (_lock)
            wanted = group.Members.Count > 0;
        if (wanted)
        {
            group.Queue ??= await live.ListenToGroupAsync(group.Name);
            return;
        }

        if (group.Queue is { } queue)
        {
            group.Queue = null;
            await RedisLive.LeaveAsync(queue);
        }

        lock (_lock)
        {
            // Whoever came meanwhile has a step of its own behind this one.
            if (group.Members.Count == 0)
                _groups.Remove(group.Name);
        }
    }

    private sealed class Group(string name)
    {
        public string Name => name;

        public HashSet<LiveConnection> Members { get; } = [];

        /// <summary>The members, made when a push needs them.</summary>
        public LiveConnection[]? Snapshot { get; set; }

        /// <summary>The channel, where it is listened to; used by one step at a time.</summary>
        public ChannelMessageQueue? Queue { get; set; }

        public Task Settled { get; set; } = Task.CompletedTask;
    }
}
