using Wsmq.Benchmarks.Load;
using Wsmq.Benchmarks.Measuring;

namespace Wsmq.Benchmarks.Compare;

/// <summary>The durations and the number of rounds.</summary>
internal sealed record CompareSettings(int Rounds, TimeSpan FirstWarmUp, TimeSpan WarmUp, TimeSpan Measure, PublishWay? Publish)
{
    // wsmq keeps messages for a while, and the append-only file all of them: at full rate for long, large bodies would fill the memory of a
    // small machine.
    private const int LargeBody = 16 * 1024;
    private static readonly TimeSpan ShortTime = TimeSpan.FromSeconds(2);

    /// <summary>Rounds of scenarios that vary little, or that do not compare the peers.</summary>
    public required int SideRounds { get; init; }

    /// <summary>The jobs of a round.</summary>
    public required int Jobs { get; init; }

    /// <summary>
    /// The jobs of the warm-up of each work queue. The rate of a .NET program grows over its first 100,000 jobs, until all of its code has been
    /// compiled a second time.
    /// </summary>
    public required int WarmUpJobs { get; init; }

    /// <summary>How long a warm-up may take beyond its shortest time.</summary>
    public required WarmUpPlan Compiling { get; init; }

    public static CompareSettings Full(int? rounds, PublishWay? publish) => new(
        rounds ?? 5, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(8), publish)
    {
        SideRounds = rounds ?? 3, Jobs = 40_000, WarmUpJobs = 160_000,
        Compiling = new WarmUpPlan(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(60)),
    };

    /// <summary>
    /// All scenarios take at most three minutes. Only the first warm-up is longer: later the nodes are warm. None waits for the compiler.
    /// </summary>
    public static CompareSettings Quick(int? rounds, PublishWay? publish) => new(
        rounds ?? 2, TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(3), publish)
    {
        SideRounds = 1, Jobs = 10_000, WarmUpJobs = 20_000,
        Compiling = new WarmUpPlan(TimeSpan.FromSeconds(4), TimeSpan.Zero),
    };

    public InvocationWrites Writes { get; init; }

    public Peer Wsmq { get; } = Peer.Wsmq(Publish ?? PublishWay.Stream);

    /// <summary>The peers of a scenario that also measures plain clients, unless the way to publish was chosen.</summary>
    public IReadOnlyList<Peer> AllPeers => Publish is null ? [Peer.Stock, Wsmq, Peer.Plain] : [Peer.Stock, Wsmq];

    /// <summary>The same for bodies of this size.</summary>
    public CompareSettings For(int bodyBytes) => bodyBytes < LargeBody ? this : this with
    {
        FirstWarmUp = ShortTime, WarmUp = ShortTime, Measure = ShortTime, Compiling = new WarmUpPlan(ShortTime, 4 * ShortTime),
    };
}
