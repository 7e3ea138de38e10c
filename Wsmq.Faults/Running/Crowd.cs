using System.Collections.Concurrent;
using Wsmq.Faults.Clients;
using Wsmq.Faults.History;
using Wsmq.Faults.Nodes;

namespace Wsmq.Faults.Running;

/// <summary>The clients of a run: users with one or two devices each, of both kinds, in groups.</summary>
internal sealed class Crowd : IAsyncDisposable
{
    private static readonly string[] Users = ["alice", "bob", "carol", "dave"];
    private static readonly Dictionary<string, string[]> Members = new() { ["all"] = Users, ["pair"] = ["alice", "dave"] };

    private readonly List<Client> _clients = [];
    private readonly ConcurrentBag<RawClient> _guests = [];

    public Crowd(Func<Uri> node, Timings timings, HistoryFile history)
    {
        foreach (var user in Users)
        {
            string[] groups = [.. Members.Where(g => g.Value.Contains(user)).Select(g => g.Key)];
            _clients.Add(new OurClient(user, "ours", groups, node, timings, history));
            if (user != "carol")
                _clients.Add(new PlainClient(user, "plain", groups, node, timings, history));
        }
    }

    public IReadOnlyList<Client> Clients => _clients;

    /// <summary>Where everybody may send; not everybody to a group that it is no member of.</summary>
    public IReadOnlyList<string> Addresses { get; } = [.. Users.Select(u => $"user:{u}"), "group:all"];

    /// <summary>Whom live pushes go to: everybody, users and groups.</summary>
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

    /// <summary>Clients that came on an occasion stay as long as the others do.</summary>
    public void Keep(IEnumerable<RawClient> guests)
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
