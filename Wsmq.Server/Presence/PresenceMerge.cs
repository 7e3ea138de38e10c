namespace Wsmq.Server.Presence;

/// <summary>The presence of a user, from what the nodes say.</summary>
internal static class PresenceMerge
{
    /// <summary>
    /// Where any node has a connection of the user, these count; otherwise the state that ended last stays, until its node removes it.
    /// </summary>
    /// <param name="user">The user.</param>
    /// <param name="entries">The entries of the user.</param>
    /// <param name="lastSeen">When the user was last seen, in µs, if there are none; 0 if that is not known.</param>
    public static WsmqUserPresence Of(string user, IReadOnlyCollection<PresenceEntry> entries, long lastSeen)
    {
        var here = entries.Where(e => e.Ended is null).ToArray();
        if (here.Length == 0 && entries.MaxBy(e => e.Ended) is { } last)
            here = [last];
        if (here.Length == 0)
            return new WsmqUserPresence { User = user, Status = WsmqPresenceStatus.Offline, LastSeen = lastSeen > 0 ? Time(lastSeen / 1000) : null };
        WsmqPresenceDevice[] devices =
        [
            .. here.SelectMany(e => e.Devices).GroupBy(d => d.Name, StringComparer.Ordinal).OrderBy(d => d.Key, StringComparer.Ordinal)
                .Select(d => DeviceOf(d.Key, [.. d])),
        ];
        return new WsmqUserPresence { User = user, Status = devices.Max(d => d.Status), Devices = devices };
    }

    /// <summary>
    /// The same with devices that have been there all the time since when they were: their connections may have moved from node to node.
    /// </summary>
    public static WsmqUserPresence Since(WsmqUserPresence before, WsmqUserPresence after)
    {
        if (!after.Devices.Any(d => before.Devices.Any(b => b.Device == d.Device && b.Since < d.Since)))
            return after;
        return new WsmqUserPresence
        {
            User = after.User, Status = after.Status,
            Devices =
            [
                .. after.Devices.Select(d => before.Devices.FirstOrDefault(b => b.Device == d.Device) is { } b && b.Since < d.Since
                    ? new WsmqPresenceDevice { Device = d.Device, Since = b.Since, Status = d.Status, Data = d.Data }
                    : d),
            ],
        };
    }

    public static bool AreSame(WsmqUserPresence one, WsmqUserPresence other) =>
        one.Status == other.Status && one.LastSeen == other.LastSeen && one.Devices.Count == other.Devices.Count
        && one.Devices.Zip(other.Devices).All(p => AreSame(p.First, p.Second));

    private static bool AreSame(WsmqPresenceDevice one, WsmqPresenceDevice other) =>
        one.Device == other.Device && one.Since == other.Since && one.Status == other.Status && one.Data == other.Data;

    private static WsmqPresenceDevice DeviceOf(string name, PresenceEntryDevice[] devices) => new()
    {
        Device = name, Since = Time(devices.Min(d => d.Since)),
        Status = devices.All(d => d.IsAway) ? WsmqPresenceStatus.Away : WsmqPresenceStatus.Online,
        Data = devices.Where(d => d.Data is not null).MaxBy(d => d.SetAt)?.Data,
    };

    /// <summary>A time in ms, of which another program may have written the value.</summary>
    public static DateTimeOffset Time(long milliseconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(milliseconds, 0, DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()));
}
