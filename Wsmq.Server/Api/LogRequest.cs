using System.Globalization;
using Microsoft.AspNetCore.Http;
using Wsmq.Server.Framing;

namespace Wsmq.Server.Api;

/// <summary>Reads the parameters of requests for logs.</summary>
internal static class LogRequest
{
    public const string Address = "address";
    public const string After = "after";

    private const string Max = "max";
    private const int DefaultMax = 100;

    /// <summary>Whether the client asks for an event stream instead of a page.</summary>
    public static bool IsStream(HttpRequest request) =>
        HttpMethods.IsGet(request.Method)
        && request.Headers.Accept.ToString().Contains(EventWriter.ContentType, StringComparison.OrdinalIgnoreCase);

    /// <summary>The addresses in the path and in the query.</summary>
    public static IEnumerable<string?> AddressesOf(HttpRequest request) => InPath(request) is { } address
        ? request.Query[Address].Prepend(address)
        : request.Query[Address];

    /// <exception cref="WsmqException"><c>invalid-address</c>.</exception>
    public static WsmqAddress SingleAddressOf(HttpRequest request) => WsmqAddress.Parse(InPath(request) ?? Single(request, Address));

    /// <exception cref="WsmqException"><c>invalid-message</c>.</exception>
    public static int MaxOf(HttpRequest request)
    {
        if (Single(request, Max) is not { } text)
            return DefaultMax;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var max) && max is >= 1 and <= FeedPage.MaxEntries
            ? max
            : throw new WsmqException(WsmqErrors.InvalidMessage, $"{Max} is not a number from 1 to {FeedPage.MaxEntries}");
    }

    /// <exception cref="WsmqException"><c>invalid-message</c>: the parameter is given more than once.</exception>
    public static string? Single(HttpRequest request, string name) => request.Query[name] switch
    {
        [] => null,
        [var value] => value,
        _ => throw new WsmqException(WsmqErrors.InvalidMessage, $"{name} is given more than once"),
    };

    /// <summary>
    /// A value in the path. Routing decodes everything in a path but the slash; a name with the text %2F in it can be passed in the query.
    /// </summary>
    public static string? InPath(HttpRequest request, string name = Address) =>
        (request.RouteValues[name] as string)?.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
}
