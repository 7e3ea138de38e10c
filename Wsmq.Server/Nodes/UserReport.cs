using System.Text;
using Wsmq.Server.Connections;
using Wsmq.Server.Sessions;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Nodes;

/// <summary>Describes the connections of one user on this node, within the size of an answer.</summary>
internal sealed class UserReport(NodeConnections connections, IStore store)
{
    private const int MostConnections = 200;
    private const int MostNames = 32;

    // Escaped characters take up to twice their bytes.
    private const int MostBytes = INodeStore.MaxAnswerBytes / 2;
    private const int BytesBesideNames = 400;
    private const int BytesBesideAName = 8;

    public NodeAnswer Of(string user)
    {
        var found = connections.SessionsOf(user).Select(s => (At: s.Connection.ConnectedAt, Describe: (Func<WsmqConnection>)(() => Hub(s))))
            .Concat(connections.StreamsOf(user).Select(s => (At: s.OpenedAt, Describe: (Func<WsmqConnection>)(() => Stream(s)))))
            .OrderByDescending(c => c.At).ToList();
        var (some, bytes) = (new List<WsmqConnection>(), 0);
        foreach (var (_, describe) in found.Take(MostConnections))
        {
            var connection = describe();
            bytes += BytesOf(connection);
            if (bytes > MostBytes)
                break;
            some.Add(connection);
        }

        return new NodeAnswer { Version = NodeQuestion.Current, Status = NodeAnswer.Ok, Connections = some, Count = found.Count };
    }

    private static int BytesOf(WsmqConnection connection) =>
        BytesBesideNames + Encoding.UTF8.GetByteCount(connection.Device ?? "")
        + connection.Addresses.Concat(connection.Queues).Sum(a => Encoding.UTF8.GetByteCount(a.Name) + BytesBesideAName);

    private WsmqConnection Hub(Session session)
    {
        var pumps = session.Pumps;
        var (queues, held) = session.Work?.Current ?? ([], 0);
        return new WsmqConnection
        {
            Node = store.Nodes.Self, Id = session.Connection.Id, Device = session.Caller.Device, Kind = "hub",
            Transport = session.Connection.Transport, ConnectedAt = session.Connection.ConnectedAt,
            Addresses = [.. pumps.Take(MostNames).Select(p => p.Feed.Source)], AddressCount = pumps.Length,
            Queues = [.. queues.Take(MostNames)], InFlight = session.Receiver.Credits.Used + held,
        };
    }

    private WsmqConnection Stream(OpenStream stream) => new()
    {
        Node = store.Nodes.Self, Id = stream.Id, Kind = "stream", Transport = "ServerSentEvents", ConnectedAt = stream.OpenedAt,
        Addresses = [.. stream.Sources.Take(MostNames)], AddressCount = stream.Sources.Count, Queues = [], InFlight = 0,
    };
}
