using System.Runtime.CompilerServices;

namespace Wsmq.Cli.Http;

/// <summary>The history of logs that the user may read.</summary>
internal sealed partial class ApiClient
{
    /// <summary>Pages with at most so many messages together.</summary>
    public async IAsyncEnumerable<ApiAnswer<ApiHistoryPage>> HistoryAsync(
        string source, ApiEntryFilter filter, int left, [EnumeratorCancellation] CancellationToken stop)
    {
        string? next = null;
        do
        {
            var page = await AskAsync<ApiHistoryPage>(
                Filtered(ApiRequest.Get("history").With("source", source), filter, next, Math.Min(left, WsmqHistoryQuery.MostEntries)), stop);
            yield return page;
            left -= page.Value!.Entries.Length;
            next = page.Value.Next;
        }
        while (next is not null && left > 0);
    }

    private static ApiRequest Filtered(ApiRequest request, ApiEntryFilter filter, string? next, int max) => request
        .With("after", filter.After).With("before", filter.Before).With("next", next)
        .With("id", filter.Id).With("sender", filter.Sender).With("type", filter.Type)
        .With("from", filter.From).With("to", filter.To).With("max", max).With("newest", filter.NewestFirst ? "true" : null);
}
