using Wsmq.Faults.Clients;
using Wsmq.Faults.History;
using Wsmq.Faults.Stores;

namespace Wsmq.Faults.Running;

/// <summary>Users send messages that have places in sequences, one producer for each user, and repeat them on purpose.</summary>
internal sealed class SequenceLoad(IEnumerable<OurClient> clients, IReadOnlyList<string> addresses, Deployment deployment, HistoryFile history, int seed)
{
    private const int MostInFlight = 4;
    private const int ShortestPause = 100;
    private const int LongestPause = 400;

    /// <summary>Sends until it is stopped, and returns once every message has its outcome.</summary>
    public Task RunAsync(CancellationToken stop) =>
        Task.WhenAll(clients.Select((client, i) => RunAsync(client, new Random(unchecked((seed * 419) + i)), stop)));

    private async Task RunAsync(OurClient client, Random random, CancellationToken stop)
    {
        using var sender = new PlaceSender(client, deployment.NextNode, history);
        var sequences = addresses.Select(to => new Sequencer($"outbox{client.User}", to, sender, random)).ToArray();
        while (!stop.IsCancellationRequested)
        {
            await StepAsync(sequences[random.Next(sequences.Length)], random);
            await Task.Delay(random.Next(ShortestPause, LongestPause), stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static Task StepAsync(Sequencer sequence, Random random) => random.Next(20) switch
    {
        0 => sequence.SkipAsync(),
        1 => sequence.CollideAsync(),
        2 => sequence.FenceAsync(),
        3 or 4 => sequence.SendRefusedAsync(),
        < 9 => sequence.RepeatAsync(),
        < 12 => sequence.SendAsync(random.Next(2, MostInFlight + 1)),
        _ => sequence.SendAsync(1),
    };
}
