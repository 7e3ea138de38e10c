using Wsmq.Benchmarks.Load;
using Wsmq.Benchmarks.Measuring;
using Wsmq.Benchmarks.Nodes;

namespace Wsmq.Benchmarks.Compare;

/// <summary>
/// The memory that 5,000 connections, one per user, cost a fresh node without load: managed heap and private pages.
/// </summary>
internal sealed class IdleScenario(Rig rig, CompareSettings settings, Report report)
{
    private const int Connections = 5000;
    private const int WarmUpConnections = 200;

    // This process holds one end of each connection, the node the other; both need some further files.
    private const int RequiredFiles = Connections + 1000;
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(2);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        OpenFiles.Require("idle", RequiredFiles);
        var results = new Dictionary<Peer, List<NodeMemory>> { [Peer.Stock] = [], [settings.Wsmq] = [] };
        for (var number = 1; number <= settings.SideRounds; number++)
        {
            foreach (var (peer, memory) in results)
            {
                memory.Add(await OnceAsync(peer, cancellationToken));
                Progress.Say(
                    $"idle: {peer.Name,-5} {memory[^1].Private / 1024.0:F1} KiB per connection, managed {memory[^1].Managed / 1024.0:F1} KiB");
            }
        }

        Add("idle, private", results, m => m.Private);
        Add("idle, managed", results, m => m.Managed);
        report.Set("idle_kib", Kibibytes(results[settings.Wsmq], m => m.Private).Median);
    }

    private async Task<NodeMemory> OnceAsync(Peer peer, CancellationToken cancellationToken)
    {
        await using var node = await rig.FreshNodeAsync(peer);
        Uri[] address = [node.Address];

        // The first connections load and compile code, which is not a cost per connection.
        await using (await Crowd.OpenAsync(peer, address, new CrowdPlan(WarmUpConnections, Senders: 0, Window: 0), cancellationToken))
            await Task.Delay(Settle / 2, cancellationToken);
        await Task.Delay(Settle / 2, cancellationToken);
        var before = await NodeMemory.OfAsync(node.Address);
        await using var crowd = await Crowd.OpenAsync(peer, address, new CrowdPlan(Connections, Senders: 0, Window: 0), cancellationToken);
        await crowd.Failure.WaitAsync(Settle, cancellationToken);
        var after = await NodeMemory.OfAsync(node.Address);
        return new NodeMemory((after.Managed - before.Managed) / Connections, (after.Private - before.Private) / Connections);
    }

    private void Add(string name, Dictionary<Peer, List<NodeMemory>> results, Func<NodeMemory, long> of)
    {
        var ratio = Spread.Of(results[Peer.Stock].Zip(results[settings.Wsmq], (stock, wsmq) => (double)of(wsmq) / of(stock)));
        foreach (var (peer, memory) in results)
        {
            report.Add(new ReportRow(name, peer.Name, Kibibytes(memory, of), "KiB", "F1")
            {
                Ratio = peer.Acknowledges ? ratio : null,
            });
        }
    }

    private static Spread Kibibytes(List<NodeMemory> memory, Func<NodeMemory, long> of) => Spread.Of(memory.Select(m => of(m) / 1024.0));
}
