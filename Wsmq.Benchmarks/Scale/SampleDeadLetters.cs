using System.Globalization;
using System.Text;
using Wsmq.Server.Framing;
using Wsmq.Server.Stores;

namespace Wsmq.Benchmarks.Scale;

/// <summary>Makes dead letters as clients do: each user has as many as a user may have by default, in its own queue.</summary>
internal sealed class SampleDeadLetters(int users)
{
    private const int Each = 100;
    private const int ConcurrentUsers = 32;
    private const string Device = "phone";

    public static string NameOf(int user) => string.Create(CultureInfo.InvariantCulture, $"u{user}");

    public async Task FillAsync(IStore store, CancellationToken cancellationToken)
    {
        // One call of an appender at a time.
        var positions = new WsmqPosition[users][];
        for (var user = 0; user < users; user++)
            positions[user] = await AppendAsync(store, WsmqAddress.User(NameOf(user)), cancellationToken);
        var options = new ParallelOptions { MaxDegreeOfParallelism = ConcurrentUsers, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(Enumerable.Range(0, users), options, async (user, stop) =>
        {
            var queue = WsmqAddress.User(NameOf(user));
            await store.MessageLog.OpenCursorAsync(queue, queue.Name, Device, stop);
            foreach (var position in positions[user])
            {
                var request = new NackRequest(queue, queue.Name, Device, position, NackKind.Final, "FormatException");
                await store.DeadLetters.NackAsync(request, stop);
            }
        });
    }

    private static async Task<WsmqPosition[]> AppendAsync(IStore store, WsmqAddress queue, CancellationToken cancellationToken)
    {
        var appender = store.MessageLog.Appenders[store.MessageLog.AppenderOf(queue)];
        var results = await appender.AppendAsync(
            [.. Enumerable.Range(0, Each).Select(n => New(queue, n))], follows: false, cancellationToken);
        return [.. results.Select(r => r.Position)];
    }

    private static AppendRequest New(WsmqAddress queue, int n)
    {
        var metadata = new EntryMetadata { Id = $"m{n}", Sender = "shop", SentAt = 0, Type = n % 2 == 0 ? "order" : "invoice" };
        return new AppendRequest(queue, "shop", metadata.Id, metadata.ToBytes(), Encoding.UTF8.GetBytes($$"""{"n":{{n}},"text":"{{new string('x', 100)}}"}"""));
    }
}
