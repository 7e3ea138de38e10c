namespace Wsmq.Faults.Clients;

/// <summary>What a wsmq client says of itself, and what it sees of others, as a text that tells one presence from another.</summary>
internal sealed class PresenceDevice(WsmqClient client)
{
    private readonly Dictionary<string, WsmqPresenceWatch> _watches = new(StringComparer.Ordinal);
    private string _own = TextOf(isAway: false, data: null);

    /// <summary>What others see of the device once the client is connected.</summary>
    public string Own => Volatile.Read(ref _own);

    /// <summary>What others see of a device that says nothing of itself.</summary>
    public static string Silent { get; } = TextOf(isAway: false, data: null);

    /// <summary>The presence of a user with these devices, each with what it says.</summary>
    public static string TextOf(IEnumerable<(string Device, string Own)> devices) =>
        string.Join(", ", devices.OrderBy(d => d.Device, StringComparer.Ordinal).Select(d => $"{d.Device} {d.Own}"));

    /// <summary>The presence of a user as the server tells it; empty for one who is offline.</summary>
    public static string TextOf(WsmqUserPresence user) => TextOf(user.Devices.Select(
        d => (d.Device, TextOf(d.Status == WsmqPresenceStatus.Away, d.Data?.ToString()))));

    /// <summary>The presence of a user or a group as the server tells it.</summary>
    public static string TextOf(WsmqPresenceState state) => state.Address.Kind == WsmqAddressKind.Group
        ? TextOf((state.Members ?? []).Select(m => m.User))
        : TextOf(state.Members!.Single());

    /// <summary>The presence of a group with these users online or away.</summary>
    public static string TextOf(IEnumerable<string> members) => string.Join(", ", members.Order(StringComparer.Ordinal));

    public void Watch(IEnumerable<string> addresses)
    {
        foreach (var address in addresses)
            _watches.Add(address, client.WatchPresence(WsmqAddress.Parse(address)));
    }

    /// <summary>What the client sees of an address that it watches; null if it sees nothing yet.</summary>
    public string? Seen(string address) => _watches[address].Current is { } state ? TextOf(state) : null;

    /// <summary>Says something of the device, over this connection or the next one.</summary>
    public async Task SayAsync(bool isAway, int number)
    {
        Volatile.Write(ref _own, TextOf(isAway, $"{number}"));
        try
        {
            await client.SetPresenceAsync(isAway, WsmqJsonBody.Parse($"{number}"));
        }
        catch (WsmqException e) when (e.Error == WsmqErrors.ClientClosed)
        {
            // The run has ended.
        }
    }

    private static string TextOf(bool isAway, string? data) => $"{(isAway ? "away" : "online")} {data ?? "-"}";
}
