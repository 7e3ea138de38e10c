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

    public static async Task JoinAsync(Node node)
    {
        foreach (var (group, members) in Members)
        {
            foreach (var user in members)
                await node.JoinAsync(group, user);
        }
    }

    public Task StartAsync() => Task.WhenAll(_clients.Select(c => c.StartAsync()));

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_clients.Select(c => c.DisposeAsync().AsTask()));
        _clients.Clear();
    }
}
