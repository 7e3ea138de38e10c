using System.Runtime.CompilerServices;

namespace Wsmq.Cli.Http;

/// <summary>The endpoints of the HTTP API, as methods.</summary>
/// <param name="connection">Makes the requests.</param>
internal sealed partial class ApiClient(ApiConnection connection) : IDisposable
{
    public ApiConnection Connection => connection;

    public void Dispose() => connection.Dispose();

    public Task<ApiAnswer<ApiNodes>> NodesAsync(CancellationToken stop) => AskAsync<ApiNodes>(ApiRequest.Get("nodes"), stop);

    public Task<ApiAnswer<ApiRights>> RightsAsync(string? target, CancellationToken stop) =>
        AskAsync<ApiRights>(ApiRequest.Get("rights").With("target", target), stop);

    // In the query, because a path cannot contain every address.
    public Task<ApiAnswer<ApiLogPage>> ReadLogAsync(string address, string? after, int? max, CancellationToken stop) =>
        AskAsync<ApiLogPage>(ApiRequest.Get("logs").With("address", address).With("after", after).With("max", max), stop);

    public Task<ApiAnswer<ApiState>> ReadStateAsync(string address, CancellationToken stop) =>
        AskAsync<ApiState>(ApiRequest.Get("state").With("source", address), stop);

    private Task ChangeAsync(ApiRequest request, CancellationToken stop) => connection.AskAsync(request, stop);

    private async Task<ApiAnswer<T>> AskAsync<T>(ApiRequest request, CancellationToken stop) =>
        ApiAnswer.Of<T>(await connection.AskAsync(request, stop));

    private async Task<IReadOnlyList<ApiAnswer<T>>> ListAsync<T>(ApiRequest request, CancellationToken stop) =>
        ApiAnswer.Items<T>(await connection.AskAsync(request, stop));

    /// <summary>All elements of a paged scan, page by page, at most <paramref name="max"/>.</summary>
    /// <param name="page">The request of the page that begins at the given cursor, for at most the given number of elements.</param>
    /// <param name="property">The array in the response.</param>
    /// <param name="max">The number of elements; null: no limit.</param>
    /// <param name="stop">Ends it.</param>
    private async IAsyncEnumerable<ApiAnswer<T>> ScanAsync<T>(
        Func<string?, int, ApiRequest> page, string property, int? max,
        [EnumeratorCancellation] CancellationToken stop)
    {
        const int Page = 100;
        var left = max ?? int.MaxValue;
        string? next = null;
        do
        {
            var json = await connection.AskAsync(page(next, Math.Min(left, Page)), stop);
            foreach (var item in ApiAnswer.Items<T>(json, property).Take(left))
            {
                left--;
                yield return item;
            }

            next = ApiAnswer.Of<Cursor>(json).Value?.Next;
        }
        while (next is not null && left > 0);
    }

    private sealed record Cursor(string? Next);
}
