using Microsoft.AspNetCore.Http;
using Wsmq.Server.Framing;

namespace Wsmq.Server.Api;

/// <summary>Reads the parameters of requests for logs.</summary>
internal static class LogRequest
{
    public const string Address = "address";
    public const string After = "after";
    public const string Newest = "newest";

    private const string Header = "header";

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

    /// <summary>The filter of a request: each type, and each header as <c>name=value</c>, is a parameter. Null without one.</summary>
    /// <exception cref="WsmqException"><c>invalid-message</c>.</exception>
    public static WsmqFilter? FilterOf(HttpRequest request)
    {
        var (types, headers) = (request.Query[Wire.Type], request.Query[Header]);
        if (types.Count == 0 && headers.Count == 0)
            return null;
        var values = new Dictionary<string, string>();
        foreach (var header in headers)
        {
            if (header?.Split('=', 2) is not [var name, var value] || !values.TryAdd(name, value))
                throw new WsmqException(WsmqErrors.InvalidMessage, "a header is name=value, and each name is given once");
        }

        return new WsmqFilter { Types = types.Count == 0 ? null : [.. types!], Headers = values };
    }

    /// <exception cref="WsmqException"><c>invalid-address</c>.</exception>
    public static WsmqAddress SingleAddressOf(HttpRequest request) =>
        WsmqAddress.Parse(RequestParameters.InPath(request, Address) ?? RequestParameters.Single(request, Address));

    /// <exception cref="WsmqException"><c>invalid-message</c>.</exception>
    public static int MaxOf(HttpRequest request) =>
        (int)(RequestParameters.Number(request, Wire.Max, 1, FeedPage.MaxEntries) ?? DefaultMax);
}
