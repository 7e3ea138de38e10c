using Wsmq.Benchmarks.Load;
using Wsmq.Benchmarks.Measuring;

namespace Wsmq.Benchmarks.Compare;

/// <summary>The rounds of both peers with the same plan, in alternating order: stock, wsmq, stock, wsmq.</summary>
internal sealed record Rounds(IReadOnlyList<RoundResult> Stock, IReadOnlyList<RoundResult> Wsmq, Losses StockLosses, Losses WsmqLosses)
{
    public Spread Ratio(Func<RoundResult, double> of) => Spread.Of(Stock.Zip(Wsmq, (stock, wsmq) => of(wsmq) / of(stock)));
}

/// <summary>Runs the peers alternately on running nodes. The peer that is not measured keeps its connections, without load.</summary>
internal sealed class Alternation(Rig rig, CompareSettings settings)
{
    // A paced load alone would let a node compile for minutes. As much as a node can carry would leave wsmq's Redis work for minutes:
    // messages to remove after their grace, and their ids.
    private const int WarmUpFactor = 3;

    private bool _ranBefore;

    public async Task<Rounds> RunAsync(string scenario, CrowdPlan plan, int? messagesPerSecond, CancellationToken cancellationToken)
    {
        await using var stock = await OpenAsync(Peer.Stock, plan, cancellationToken);
        await using var wsmq = await OpenAsync(settings.Wsmq, plan, cancellationToken);
        var stockRound = new Round(stock, await rig.CpuOfAsync(stock.Peer), messagesPerSecond);
        var wsmqRound = new Round(wsmq, await rig.CpuOfAsync(wsmq.Peer), messagesPerSecond);

        var warmUp = _ranBefore ? settings.WarmUp : settings.FirstWarmUp;
        _ranBefore = true;
        await WarmUpAsync(scenario, stock, stockRound, messagesPerSecond, warmUp, cancellationToken);
        await WarmUpAsync(scenario, wsmq, wsmqRound, messagesPerSecond, warmUp, cancellationToken);

        var (stockResults, wsmqResults) = (new List<RoundResult>(), new List<RoundResult>());
        for (var number = 1; number <= settings.Rounds; number++)
        {
            stockResults.Add(await stockRound.RunAsync(settings.Measure, cancellationToken));
            Say(scenario, stock, number, stockResults[^1]);
            wsmqResults.Add(await wsmqRound.RunAsync(settings.Measure, cancellationToken));
            Say(scenario, wsmq, number, wsmqResults[^1]);
        }

        return new Rounds(stockResults, wsmqResults, stock.Losses, wsmq.Losses);
    }

    private async Task WarmUpAsync(
        string scenario, Crowd crowd, Round measured, int? messagesPerSecond, TimeSpan least, CancellationToken cancellationToken)
    {
        Progress.Say($"{scenario}: warming up {crowd.Peer.Name}");
        var peer = crowd.Peer;
        var round = messagesPerSecond is { } rate ? new Round(crowd, await rig.CpuOfAsync(peer), WarmUpFactor * rate) : measured;
        var warmUp = new WarmUp(settings.Compiling, [.. (await rig.NodesAsync(peer)).Select(n => n.Address)]);
        await warmUp.RunAsync($"{scenario}: {peer.Name}", round, least, cancellationToken);
        if (round != measured)
            await measured.RunAsync(settings.Measure, cancellationToken);
    }

    private async Task<Crowd> OpenAsync(Peer peer, CrowdPlan plan, CancellationToken cancellationToken) =>
        await Crowd.OpenAsync(peer, [.. (await rig.NodesAsync(peer)).Select(n => n.Address)], plan with { Writes = settings.Writes }, cancellationToken);

    private void Say(string scenario, Crowd crowd, int number, RoundResult result)
    {
        if (double.IsNaN(result.LatencyHalf))
            Progress.Say($"{scenario}: round {number} of {settings.Rounds}, {crowd.Peer.Name,-5} {result.PerSecond:F0}/s");
        else
            Progress.Say($"{scenario}: round {number} of {settings.Rounds}, {crowd.Peer.Name,-5} p50 {result.LatencyHalf:F2} ms, p99 {result.LatencyNinetyNine:F2} ms");
    }
}
