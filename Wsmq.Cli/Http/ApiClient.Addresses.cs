using System.Runtime.CompilerServices;

namespace Wsmq.Cli.Http;

/// <summary>Which entries of a log are listed.</summary>
internal sealed record ApiEntryFilter(
    string? After, string? Before, string? Id, string? Sender, string? Type, DateTimeOffset? From, DateTimeOffset? To, bool NewestFirst);

/// <summary>Addresses and their logs, for operators.</summary>
internal sealed partial class ApiClient
{
    private const string Addresses = "addresses";
    private const string Delayed = "delayed";

    /// <summary>The array with the entries of a page.</summary>
    public const string Entries = "entries";

    public IAsyncEnumerable<ApiAnswer<ApiAddress>> SearchAddressesAsync(string? kind, string? match, int? max, CancellationToken stop) =>
        ScanAsync<ApiAddress>(
            (next, count) => ApiRequest.Get(Addresses).With("kind", kind).With("match", match).With("next", next).With("max", count),
            Addresses, max, stop);

    /// <summary>A log with its readers; a group with many members has several pages of them.</summary>
    public async IAsyncEnumerable<ApiAnswer<ApiAddressDetails>> AddressAsync(
        string address, [EnumeratorCancellation] CancellationToken stop)
    {
        ApiAnswer<ApiAddressDetails>? page = null;
        do
        {
            page = await AskAsync<ApiAddressDetails>(ApiRequest.Get(Addresses, address).With("next", page?.Value?.Next), stop);
            yield return page;
        }
        while (page.Value?.Next is not null);
    }

    public IAsyncEnumerable<ApiAnswer<ApiEntry>> ListEntriesAsync(string address, ApiEntryFilter filter, int? max,
        CancellationToken stop) =>
        ScanAsync<ApiEntry>(
            (next, count) => Filtered(ApiRequest.Get(Addresses, address, Entries), filter, next, count), Entries, max, stop);

    /// <summary>The newest message of each key, in the order of their positions.</summary>
    public IAsyncEnumerable<ApiAnswer<ApiEntry>> ListStateAsync(string address, int? max, CancellationToken stop) =>
        ScanAsync<ApiEntry>(
            (next, count) => ApiRequest.Get(Addresses, address, "state").With("next", next).With("max", count), Entries, max, stop);

    /// <summary>The messages that wait until they are due, in the order of their times.</summary>
    public IAsyncEnumerable<ApiAnswer<ApiDelayed>> ListDelayedAsync(string address, int? max, CancellationToken stop) =>
        ScanAsync<ApiDelayed>(
            (next, count) => ApiRequest.Get(Addresses, address, Delayed).With("next", next).With("max", count), "messages", max, stop);

    public async Task<bool> CancelDelayedAsync(string address, string key, CancellationToken stop) =>
        (await AskAsync<bool>(ApiRequest.Delete(Addresses, address, Delayed, key), stop)).Value;

    public Task<ApiAnswer<WsmqDelivery>> EntryAsync(string address, string position, CancellationToken stop) =>
        AskAsync<WsmqDelivery>(ApiRequest.Get(Addresses, address, Entries, position), stop);

    public Task<ApiAnswer<ApiLife>> LifeAsync(string address, string position, CancellationToken stop) =>
        AskAsync<ApiLife>(ApiRequest.Get(Addresses, address, Entries, position, "life"), stop);

    /// <summary>Sends as an operator, to any address.</summary>
    /// <param name="address">The address.</param>
    /// <param name="message">The message in JSON, without its address.</param>
    /// <param name="stop">Ends the request.</param>
    public Task<ApiAnswer<WsmqReceipt>> SendAsync(string address, string message, CancellationToken stop) =>
        AskAsync<WsmqReceipt>(ApiRequest.Post(Addresses, address, "messages") with { Body = message }, stop);
}
