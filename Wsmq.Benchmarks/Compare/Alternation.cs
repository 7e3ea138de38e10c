using Wsmq.Benchmarks.Load;
using Wsmq.Benchmarks.Measuring;

namespace Wsmq.Benchmarks.Compare;

/// <summary>The rounds of one peer.</summary>
internal sealed record PeerRounds(Peer Peer, IReadOnlyList<RoundResult> Results, Losses Losses);

/// <summary>The rounds of the peers with the same plan, in alternating order: stock, wsmq, stock, wsmq. The first peer is stock.</summary>
internal sealed record Rounds(IReadOnlyList<PeerRounds> Peers)
{
    public PeerRounds Stock => Peers[0];

    public PeerRounds Wsmq => Peers[1];

    public Spread Ratio(PeerRounds peer, Func<RoundResult, double> of) =>
        Spread.Of(Stock.Results.Zip(peer.Results, (stock, wsmq) => of(wsmq) / of(stock)));
}

/// <summary>Runs the peers alternately on running nodes. The peer that is not measured keeps its connections, without load.</summary>
internal sealed class Alternation(Rig rig, CompareSettings settings)
{
    // A paced load alone would let a node compile for minutes. As much as a node can carry would leave wsmq's Redis work for minutes:
    // messages to remove after their grace, and their ids.
    private const int WarmUpFactor = 3;

    private bool _ranBefore;

    /// <summary>Measures stock and wsmq.</summary>
    public Task<Rounds> RunAsync(string scenario, CrowdPlan plan, int? messagesPerSecond, CancellationToken cancellationToken) =>
        RunAsync(scenario, [Peer.Stock, settings.Wsmq], plan, messagesPerSecond, cancellationToken);

    /// <summary>Measures each peer with the plan: in a closed loop, or with so many messages a second.</summary>
    public async Task<Rounds> RunAsync(
        string scenario, IReadOnlyList<Peer> peers, CrowdPlan plan, int? messagesPerSecond, CancellationToken cancellationToken)
    {
        var crowds = new List<Crowd>();
        try
        {
            foreach (var peer in peers)
                crowds.Add(await OpenAsync(peer, plan, cancellationToken));
            var rounds = new List<Round>();
            foreach (var crowd in crowds)
                rounds.Add(new Round(crowd, await rig.CpuOfAsync(crowd.Peer), messagesPerSecond));

            var warmUp = _ranBefore ? settings.WarmUp : settings.FirstWarmUp;
            _ranBefore = true;
            foreach (var (crowd, round) in crowds.Zip(rounds))
                await WarmUpAsync(scenario, crowd, round, messagesPerSecond, warmUp, cancellationToken);
            return await MeasureAsync(scenario, crowds, rounds, cancellationToken);
        }
        finally
        {
            foreach (var crowd in crowds)
                await crowd.DisposeAsync();
        }
    }

    private async Task<Rounds> MeasureAsync(string scenario, List<Crowd> crowds, List<Round> rounds, CancellationToken cancellationToken)
    {
        var results = crowds.ConvertAll(_ => new List<RoundResult>());
        for (var number = 1; number <= settings.Rounds; number++)
        {
            for (var i = 0; i < crowds.Count; i++)
            {
                results[i].Add(await rounds[i].RunAsync(settings.Measure, cancellationToken));
                Say(scenario, crowds[i], number, results[i][^1]);
            }
        }

        return new Rounds([.. crowds.Zip(results, (crowd, of) => new PeerRounds(crowd.Peer, of, crowd.Losses))]);
    }

    private async Task WarmUpAsync(
        string scenario, Crowd crowd, Round measured, int? messagesPerSecond, TimeSpan least, CancellationToken cancellationToken)
    {
        Progress.Say($"{scenario}: warming up {crowd.Peer.Label}");
        var peer = crowd.Peer;
        var round = messagesPerSecond is { } rate ? new Round(crowd, await rig.CpuOfAsync(peer), WarmUpFactor * rate) : measured;

        // At a fixed rate, a node whose code is being compiled falls behind by more than a connection may have in flight.
        if (round != measured)
            await new Round(crowd, await rig.CpuOfAsync(peer), messagesPerSecond: null).RunAsync(least, cancellationToken);
        var warmUp = new WarmUp(settings.Compiling, [.. (await rig.NodesAsync(peer)).Select(n => n.Address)]);
        await warmUp.RunAsync($"{scenario}: {peer.Label}", round.RunAsync, least, cancellationToken);
        if (round != measured)
            await measured.RunAsync(settings.Measure, cancellationToken);
    }

    private async Task<Crowd> OpenAsync(Peer peer, CrowdPlan plan, CancellationToken cancellationToken) =>
        await Crowd.OpenAsync(peer, [.. (await rig.NodesAsync(peer)).Select(n => n.Address)], plan with { Writes = settings.Writes }, cancellationToken);

    private void Say(string scenario, Crowd crowd, int number, RoundResult result)
    {
        if (double.IsNaN(result.LatencyHalf))
            Progress.Say($"{scenario}: round {number} of {settings.Rounds}, {crowd.Peer.Label,-5} {result.PerSecond:F0}/s");
        else
            Progress.Say($"{scenario}: round {number} of {settings.Rounds}, {crowd.Peer.Label,-5} p50 {result.LatencyHalf:F2} ms, p99 {result.LatencyNinetyNine:F2} ms");
    }
}
