using System.Collections.Concurrent;
using Wsmq.Faults.Clients;
using Wsmq.Faults.History;
using Wsmq.Faults.Nodes;

namespace Wsmq.Faults.Running;

/// <summary>The clients of a run: users with two or three devices each, with the wsmq clients and with plain clients, in groups.</summary>
internal sealed class Crowd : IAsyncDisposable
{
    private static readonly string[] Users = ["alice", "bob", "carol", "dave"];
    private const string Absent = "nobody";

    private static readonly Dictionary<string, string[]> Members = new() { ["all"] = Users, ["pair"] = ["alice", "dave"] };

    private readonly List<Client> _clients = [];
    private readonly ConcurrentBag<SocketClient> _guests = [];

    public Crowd(Func<Uri> node, Timings timings, HistoryFile history)
    {
        foreach (var user in Users)
        {
            string[] groups = [.. Members.Where(g => g.Value.Contains(user)).Select(g => g.Key)];
            _clients.Add(new OurClient(user, "ours", groups, node, timings, history) { FilteredSource = user == "carol" ? "group:all" : null });
            if (user != "carol")
                _clients.Add(new SignalRClient(user, "plain", groups, node, timings, history));
            if (user is "carol" or "dave")
                _clients.Add(new TypeScriptClient(user, "web", groups, node, timings, history) { HasOutbox = user == "dave" });
        }

        foreach (var client in OurClients)
            client.Presence.Watch(PresentAddresses);
    }

    public IReadOnlyList<Client> Clients => _clients;

    public IEnumerable<OurClient> OurClients => _clients.OfType<OurClient>();

    /// <summary>The addresses whose presence is watched: users, of whom one is never there, and the group of all.</summary>
    public IReadOnlyList<string> PresentAddresses { get; } = [.. Users.Select(u => $"user:{u}"), $"user:{Absent}", "group:all"];

    /// <summary>Addresses that every user may send to. A group counts only if every user is a member.</summary>
    public IReadOnlyList<string> Addresses { get; } = [.. Users.Select(u => $"user:{u}"), "group:all"];

    /// <summary>The addresses of live pushes: all connections, users and groups.</summary>
    public IReadOnlyList<string> LiveTargets { get; } = [EventKind.Everybody, .. Users.Select(u => $"user:{u}"), .. Members.Keys.Select(g => $"group:{g}")];

    public static async Task JoinAsync(Node node)
    {
        foreach (var (group, members) in Members)
        {
            foreach (var user in members)
                await node.JoinAsync(group, user);
        }
    }

    public Task StartAsync() => Task.WhenAll(_clients.Select(c => c.StartAsync()));

    /// <summary>The presence of an address while all clients are connected.</summary>
    public string PresenceOf(string address) => address.StartsWith("group:", StringComparison.Ordinal)
        ? PresenceDevice.TextOf(Users)
        : PresenceDevice.TextOf(_clients.Where(c => $"user:{c.User}" == address)
            .Select(c => (c.DeviceName, (c as OurClient)?.Presence.Own ?? PresenceDevice.Silent)));

    /// <summary>Keeps clients of a fault connected until the end of the run.</summary>
    public void Keep(IEnumerable<SocketClient> guests)
    {
        foreach (var guest in guests)
            _guests.Add(guest);
    }

    public async ValueTask DisposeAsync()
    {
        while (_guests.TryTake(out var guest))
            await guest.DisposeAsync();
        await Task.WhenAll(_clients.Select(c => c.DisposeAsync().AsTask()));
        _clients.Clear();
    }
}
