using Wsmq.Faults.Clients;

namespace Wsmq.Faults.Running;

/// <summary>Our clients make requests to users, a group and a queue, and answer those of the others.</summary>
internal sealed class RequestLoad(IEnumerable<OurClient> clients, IReadOnlyList<string> addresses, int seed)
{
    private const int MostUnderWay = 8;
    private const int ShortestPause = 100;
    private const int LongestPause = 500;

    private readonly string[] _addresses = [.. addresses, Requester.Queue];

    /// <summary>Requests until it is stopped, and returns once every request has its outcome.</summary>
    public Task RunAsync(CancellationToken stop) =>
        Task.WhenAll(clients.Select((client, i) => RunAsync(client, new Random(unchecked((seed * 401) + i)), stop)));

    private async Task RunAsync(OurClient client, Random random, CancellationToken stop)
    {
        List<Task> underWay = [];
        for (var number = 1; !stop.IsCancellationRequested; number++)
        {
            underWay.Add(client.Requester.RequestAsync(_addresses[random.Next(_addresses.Length)], $"{client.Name}?{number}"));
            underWay.RemoveAll(t => t.IsCompletedSuccessfully);
            if (underWay.Count >= MostUnderWay)
                await Task.WhenAny(underWay);
            await Task.Delay(random.Next(ShortestPause, LongestPause), stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await Task.WhenAll(underWay);
    }
}
