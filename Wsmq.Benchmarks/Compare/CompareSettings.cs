using Wsmq.Benchmarks.Load;

namespace Wsmq.Benchmarks.Compare;

/// <summary>How long everything takes.</summary>
internal sealed record CompareSettings(int Rounds, TimeSpan FirstWarmUp, TimeSpan WarmUp, TimeSpan Measure, PublishWay Publish)
{
    /// <summary>Rounds of what hardly scatters, or stands beside the comparison.</summary>
    public required int SideRounds { get; init; }

    public static CompareSettings Full(int? rounds, PublishWay publish) => new(
        rounds ?? 5, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(8), publish)
    {
        SideRounds = rounds ?? 3,
    };

    /// <summary>Ends within three minutes with all scenarios; after the first one the nodes are warm already.</summary>
    public static CompareSettings Quick(int? rounds, PublishWay publish) => new(
        rounds ?? 2, TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(3), publish)
    {
        SideRounds = 1,
    };

    public InvocationWrites Writes { get; init; }

    public Peer Wsmq { get; } = Peer.Wsmq(Publish);
}
