using Wsmq.Benchmarks.Nodes;
using Wsmq.Testing;

namespace Wsmq.Benchmarks.Load;

/// <summary>How a good client of each peer behaves. The rest of the load is the same for both.</summary>
/// <param name="Name">The name of the program of its nodes.</param>
/// <param name="HubPath">The path of its hub.</param>
/// <param name="Acknowledges">Whether receivers acknowledge.</param>
/// <param name="Publishing">Creates the publish format of one sender.</param>
internal sealed record Peer(string Name, string HubPath, bool Acknowledges, Func<IPublishFormat> Publishing)
{
    /// <summary>The name in the tables and in messages.</summary>
    public string Label { get; init; } = Name;

    public static Peer Stock { get; } = new("stock", StockNode.HubPath, Acknowledges: false, () => new StockFormat());

    public static Peer Wsmq(PublishWay way) => new(
        "wsmq", DurableNode.HubPath, Acknowledges: true, way == PublishWay.Stream ? () => new StreamFormat() : () => new SendFormat());

    /// <summary>wsmq with clients that know no streams: one invocation with an id for each message. The same nodes as those of wsmq.</summary>
    public static Peer Plain { get; } = Wsmq(PublishWay.Send) with { Label = "wsmq, plain client" };

    /// <summary>The URL a user connects to. Each peer ignores the other's parameters.</summary>
    public Uri AddressOf(Uri node, string user, string? group, string device = "d")
    {
        var query = $"{HubPath}?{QueryAuthentication.Parameter}={user}&device={device}&batch=true";
        if (group is not null)
            query += $"&{StockHub.GroupParameter}={group}";
        return new UriBuilder(new Uri(node, query)) { Scheme = "ws" }.Uri;
    }
}

/// <summary>How wsmq's senders send.</summary>
internal enum PublishWay
{
    /// <summary>One duplex stream per sender, with arrays as its items.</summary>
    Stream = 0,

    /// <summary>One invocation per message.</summary>
    Send = 1,
}
