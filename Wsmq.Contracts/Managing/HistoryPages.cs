using System.Runtime.CompilerServices;

namespace Wsmq;

/// <summary>Reads a history page by page.</summary>
internal static class HistoryPages
{
    /// <summary>All entries of a query. A page is read when the entries of the one before it are used up.</summary>
    /// <param name="query">The query; null for everything.</param>
    /// <param name="read">Reads a page.</param>
    /// <param name="cancellationToken">Cancels the reads.</param>
    public static async IAsyncEnumerable<WsmqDelivery> EntriesAsync(
        WsmqHistoryQuery? query, Func<WsmqHistoryQuery, CancellationToken, Task<WsmqHistoryPage>> read,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var rest = query ?? new WsmqHistoryQuery();
        while (true)
        {
            var page = await read(rest, cancellationToken).ConfigureAwait(false);
            foreach (var entry in page.Entries)
                yield return entry;
            if (page.Next is not { } next)
                yield break;
            rest = rest.Continue(next);
        }
    }
}
