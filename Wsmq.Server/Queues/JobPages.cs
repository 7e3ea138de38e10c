using Wsmq.Server.Stores;

namespace Wsmq.Server.Queues;

/// <summary>Reads jobs in pages of the store.</summary>
internal sealed class JobPages(IJobStore jobs, WsmqAddress queue, WsmqJobQuery query)
{
    // The contents of a page are in memory at the same time, although the caller may accept only some of them.
    private const int JobsWithContent = 10;

    private int PageSize => query.WithMessages ? JobsWithContent : IJobStore.MostInAStep;

    /// <summary>The jobs of the query; the last one is the one whose content reaches the limit in bytes.</summary>
    public async Task<IReadOnlyList<StoredJob>> ReadAsync(long mostBytes, CancellationToken cancellationToken)
    {
        var found = new List<StoredJob>();
        var bytes = 0L;
        var all = query.Max ?? WsmqJobQuery.UsualJobs;
        while (found.Count < all)
        {
            var most = Math.Min(PageSize, all - found.Count);
            var page = await jobs.ListAsync(
                queue, (JobState)query.State, query.Skip + (long)found.Count, most, query.WithMessages, cancellationToken);
            foreach (var job in page)
            {
                found.Add(job);
                bytes += job.Content is { } content ? content.Metadata.Length + content.Body.Length : 0;
                if (bytes >= mostBytes)
                    return found;
            }

            if (page.Count < most)
                break;
        }

        return found;
    }
}
