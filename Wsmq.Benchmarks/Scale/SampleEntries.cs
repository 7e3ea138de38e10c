using System.Globalization;
using Wsmq.Server.Framing;
using Wsmq.Server.Stores;

namespace Wsmq.Benchmarks.Scale;

/// <summary>Messages that are stored without a node: filling a store through one would take most of the time of a measurement.</summary>
internal static class SampleEntries
{
    /// <summary>A message whose body is one JSON text.</summary>
    public static AppendRequest Of(WsmqAddress address, long number, int bytes)
    {
        var id = number.ToString(CultureInfo.InvariantCulture);
        var metadata = new EntryMetadata { Id = id, Sender = "app", SentAt = 1795415044075, Type = "b" }.ToBytes();
        var body = new byte[bytes];
        body.AsSpan().Fill((byte)'x');
        body[0] = body[^1] = (byte)'"';
        return new AppendRequest(address, "app", id, metadata, body);
    }

    public static async Task AddAsync(IStore store, IEnumerable<AppendRequest> entries, int batch, CancellationToken cancellationToken)
    {
        var log = store.MessageLog;
        var lanes = log.Appenders.Select(_ => new List<AppendRequest>()).ToArray();
        foreach (var entry in entries)
        {
            var lane = log.AppenderOf(entry.To);
            lanes[lane].Add(entry);
            if (lanes[lane].Count == batch)
                await AppendAsync(lane);
        }

        for (var lane = 0; lane < lanes.Length; lane++)
            await AppendAsync(lane);

        async Task AppendAsync(int lane)
        {
            if (lanes[lane].Count > 0)
                await log.Appenders[lane].AppendAsync([.. lanes[lane]], follows: false, cancellationToken);
            lanes[lane].Clear();
        }
    }
}
