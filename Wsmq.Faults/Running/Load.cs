using Wsmq.Faults.Clients;
using Wsmq.Faults.Jobs;

namespace Wsmq.Faults.Running;

/// <summary>Every client sends to users and groups, and jobs: one message after another, or many at once.</summary>
internal sealed class Load(IReadOnlyList<Client> clients, IReadOnlyList<string> addresses, int seed)
{
    private const int Burst = 20;

    // One of so many sends is of jobs.
    private const int JobEvery = 6;

    // Bounds the pending tasks of a sender that gets no answers for a long time.
    private const int MostUnderWay = 8;

    /// <summary>Sends until it is stopped, and returns once every send has its outcome.</summary>
    public Task RunAsync(CancellationToken stop) =>
        Task.WhenAll(clients.Select((client, i) => RunAsync(client, new Random(unchecked((seed * 397) + i)), stop)));

    private async Task RunAsync(Client client, Random random, CancellationToken stop)
    {
        List<Task> underWay = [];
        while (!stop.IsCancellationRequested)
        {
            var to = random.Next(JobEvery) == 0 ? JobMessages.Queue : addresses[random.Next(addresses.Count)];
            switch (random.Next(10))
            {
                case 0:
                    underWay.Add(client.SendManyAsync(to, random.Next(2, Burst)));
                    break;
                case < 5:
                    underWay.Add(client.SendAsync(to));
                    break;
                default:
                    await client.SendAsync(to);
                    break;
            }

            underWay.RemoveAll(t => t.IsCompletedSuccessfully);
            if (underWay.Count >= MostUnderWay)
                await Task.WhenAny(underWay);
            await Task.Delay(random.Next(20, 150), stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await Task.WhenAll(underWay);
    }
}
