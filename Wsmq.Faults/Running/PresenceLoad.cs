using Wsmq.Faults.Clients;

namespace Wsmq.Faults.Running;

/// <summary>Our clients say that they are away or back, with a number; all of them watch it.</summary>
internal sealed class PresenceLoad(IEnumerable<OurClient> clients, int seed)
{
    private const int ShortestPause = 300;
    private const int LongestPause = 2_000;

    /// <summary>Goes on until it is stopped. What was said last may still be on its way then.</summary>
    public Task RunAsync(CancellationToken stop) =>
        Task.WhenAll(clients.Select((client, i) => RunAsync(client, new Random(unchecked((seed * 409) + i)), stop)));

    private static async Task RunAsync(OurClient client, Random random, CancellationToken stop)
    {
        for (var number = 1; !stop.IsCancellationRequested; number++)
        {
            _ = client.Presence.SayAsync(random.Next(3) == 0, number);
            await Task.Delay(random.Next(ShortestPause, LongestPause), stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
