using System.Globalization;
using Wsmq.Server.Stores;

namespace Wsmq.Benchmarks.Scale;

/// <summary>
/// Fills work queues with jobs of 128 bytes in the mean. Their sizes are spread over 64 bytes: Redis rounds a value of this size up to a multiple
/// of that, so that one size alone would show the best or the worst case.
/// </summary>
internal sealed class SampleJobs
{
    /// <summary>Metadata and body of a job, in the mean.</summary>
    public const double Bytes = MetadataBytes + SmallestBody + ((Sizes - 1) / 2.0);

    private const int Batch = 256;
    private const int Sizes = 64;
    private const int SmallestBody = 96;
    private const int MetadataBytes = 128;

    private readonly byte[] _metadata = new byte[MetadataBytes];
    private readonly byte[] _body = new byte[SmallestBody + Sizes];
    private long _id;

    public async Task AddAsync(IStore store, WsmqAddress queue, int count, JobTerms terms, CancellationToken cancellationToken)
    {
        var appender = store.MessageLog.Appenders[store.MessageLog.AppenderOf(queue)];
        for (var left = count; left > 0; left -= Batch)
        {
            var batch = Enumerable.Range(0, Math.Min(left, Batch))
                .Select(_ => New(queue, terms, _id++)).ToArray();
            await appender.AppendAsync(batch, follows: false, cancellationToken);
        }
    }

    private AppendRequest New(WsmqAddress queue, JobTerms terms, long id) => new(
        queue, "app", id.ToString(CultureInfo.InvariantCulture), _metadata, _body.AsMemory(0, SmallestBody + (int)(id % Sizes))) { Job = terms };
}
