namespace Wsmq.Server.Presence;

/// <summary>A connection as part of the presence of its user; guarded by the lock of <see cref="PresenceTable"/>.</summary>
internal sealed class PresentConnection(string user, string device, DateTimeOffset since)
{
    public string User => user;

    public string Device => device;

    /// <summary>
    /// Since when, in ms since 1970; that of an earlier connection of the device, if it has been there all the time: a page that loads again
    /// changes nothing.
    /// </summary>
    public long Since { get; set; } = since.ToUnixTimeMilliseconds();

    public bool IsAway { get; set; }

    public WsmqJsonBody? Data { get; set; }

    /// <summary>When the data was set, in ms since 1970.</summary>
    public long SetAt { get; set; }

    /// <summary>The groups that it reads.</summary>
    public HashSet<string> Groups { get; } = new(StringComparer.Ordinal);

    public bool HasEnded { get; set; }

    /// <summary>It found the user in groups of a connection that had ended: <see cref="PresenceTable.Settle"/> follows.</summary>
    public bool FoundGroups { get; init; }
}

/// <summary>A user who is, or just was, connected to this node; guarded by the lock of <see cref="PresenceTable"/>.</summary>
internal sealed class PresentUser
{
    // More would not fit into a message between nodes.
    private const int MostDevices = 20;

    public List<PresentConnection> Connections { get; } = [];

    /// <summary>The groups of the connections, each with the number of those that read it; the last state counts as one.</summary>
    public Dictionary<string, int> Groups { get; } = new(StringComparer.Ordinal);

    /// <summary>How it was when the last connection ended, until the grace is over.</summary>
    public LastState? Last { get; set; }

    public PresenceEntryDevice[] Devices(bool withData) =>
    [
        .. Connections.GroupBy(c => c.Device, StringComparer.Ordinal).OrderBy(d => d.Key, StringComparer.Ordinal).Take(MostDevices)
            .Select(d => DeviceOf(d.Key, [.. d], withData)),
    ];

    private static PresenceEntryDevice DeviceOf(string name, PresentConnection[] connections, bool withData)
    {
        var newest = withData ? connections.Where(c => c.Data is not null).MaxBy(c => c.SetAt) : null;
        return new PresenceEntryDevice
        {
            Name = name, Since = connections.Min(c => c.Since), IsAway = connections.All(c => c.IsAway),
            Data = newest?.Data, SetAt = newest?.SetAt ?? 0,
        };
    }
}

/// <summary>How a user was when the last connection ended.</summary>
/// <param name="Devices">The devices.</param>
/// <param name="Groups">The groups of that connection that the user has not left since.</param>
/// <param name="EndedAt">When that was, in µs of the store's clock.</param>
internal sealed record LastState(PresenceEntryDevice[] Devices, HashSet<string> Groups, long EndedAt);
