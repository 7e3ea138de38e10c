using Wsmq.Benchmarks.Nodes;
using Wsmq.Testing;

namespace Wsmq.Benchmarks.Load;

/// <summary>How a good client of each peer behaves; everything else about the load is the same.</summary>
/// <param name="Name">As the tables say it.</param>
/// <param name="HubPath">Where its hub is.</param>
/// <param name="Acknowledges">Whether receivers acknowledge.</param>
/// <param name="Publishing">Makes the way in which one sender sends.</param>
internal sealed record Peer(string Name, string HubPath, bool Acknowledges, Func<IPublishFormat> Publishing)
{
    public static Peer Stock { get; } = new("stock", StockNode.HubPath, Acknowledges: false, () => new StockFormat());

    public static Peer Wsmq(PublishWay way) => new(
        "wsmq", WsmqNode.HubPath, Acknowledges: true, way == PublishWay.Stream ? () => new StreamFormat() : () => new SendFormat());

    /// <summary>Where a user connects. Each peer ignores what is meant for the other.</summary>
    public Uri AddressOf(Uri node, string user, string? group)
    {
        var query = $"{HubPath}?{QueryAuthentication.Parameter}={user}&device=d&batch=true";
        if (group is not null)
            query += $"&{StockHub.GroupParameter}={group}";
        return new UriBuilder(new Uri(node, query)) { Scheme = "ws" }.Uri;
    }
}

/// <summary>How wsmq's senders send.</summary>
internal enum PublishWay
{
    /// <summary>One duplex stream a sender, with arrays as its items.</summary>
    Stream = 0,

    /// <summary>One invocation a message.</summary>
    Send = 1,
}
