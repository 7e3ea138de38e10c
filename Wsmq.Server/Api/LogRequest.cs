using Microsoft.AspNetCore.Http;
using Wsmq.Server.Framing;

namespace Wsmq.Server.Api;

/// <summary>Reads the parameters of requests for logs.</summary>
internal static class LogRequest
{
    public const string Address = "address";
    public const string After = "after";
    public const string Newest = "newest";

    private const int DefaultMax = 100;

    /// <summary>Whether the client asks for an event stream instead of a page.</summary>
    public static bool IsStream(HttpRequest request) =>
        HttpMethods.IsGet(request.Method)
        && request.Headers.Accept.ToString().Contains(EventWriter.ContentType, StringComparison.OrdinalIgnoreCase);

    /// <summary>The addresses in the path and in the query.</summary>
    public static IEnumerable<string?> AddressesOf(HttpRequest request) => RequestParameters.InPath(request, Address) is { } address
        ? request.Query[Address].Prepend(address)
        : request.Query[Address];

    /// <summary>Whether the newest entries are asked for.</summary>
    /// <exception cref="WsmqException"><c>invalid-message</c>.</exception>
    public static bool IsNewest(HttpRequest request) => RequestParameters.Flag(request, Newest);

    /// <exception cref="WsmqException"><c>invalid-address</c>.</exception>
    public static WsmqAddress SingleAddressOf(HttpRequest request) =>
        WsmqAddress.Parse(RequestParameters.InPath(request, Address) ?? RequestParameters.Single(request, Address));

    /// <exception cref="WsmqException"><c>invalid-message</c>.</exception>
    public static int MaxOf(HttpRequest request) =>
        (int)(RequestParameters.Number(request, Wire.Max, 1, FeedPage.MaxEntries) ?? DefaultMax);
}
