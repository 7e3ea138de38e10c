using System.Globalization;
using Wsmq.Server.Stores;

namespace Wsmq.Benchmarks.Scale;

/// <summary>Fills work queues with jobs of 128 bytes.</summary>
internal sealed class SampleJobs
{
    /// <summary>Metadata and body of a job.</summary>
    public const int Bytes = MetadataBytes + BodyBytes;

    private const int Batch = 256;
    private const int BodyBytes = 128;
    private const int MetadataBytes = 128;

    private readonly byte[] _metadata = new byte[MetadataBytes];
    private readonly byte[] _body = new byte[BodyBytes];
    private long _id;

    public async Task AddAsync(IStore store, WsmqAddress queue, int count, JobTerms terms, CancellationToken cancellationToken)
    {
        var appender = store.MessageLog.Appenders[store.MessageLog.AppenderOf(queue)];
        for (var left = count; left > 0; left -= Batch)
        {
            var batch = Enumerable.Range(0, Math.Min(left, Batch))
                .Select(_ => new AppendRequest(queue, "app", (_id++).ToString(CultureInfo.InvariantCulture), _metadata, _body) { Job = terms }).ToArray();
            await appender.AppendAsync(batch, follows: false, cancellationToken);
        }
    }
}
