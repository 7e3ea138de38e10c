using System.Net;

namespace Wsmq.Host.WebConsole;

/// <summary>
/// What the console may do, only the console may do, in a browser on this machine. Others get 404: they do not learn that there is a
/// console. A page of another origin gets 403.
/// </summary>
internal static class LocalRequest
{
    // A page whose name has just been pointed to 127.0.0.1 (DNS rebinding) comes with its own name.
    private static readonly string[] LocalHosts = ["localhost", "127.0.0.1", "[::1]"];

    // A proxy on this machine connects from here, also for callers from elsewhere. Names that end with a hyphen are beginnings.
    private static readonly string[] Forwarded =
    [
        "Forwarded", "Via", "X-Forwarded-", "X-Original-", "X-Real-IP", "X-Client-IP", "True-Client-IP", "CF-Connecting-IP",
    ];

    public static RequestDelegate Only(RequestDelegate next) => context =>
    {
        var status = !IsLocal(context) ? StatusCodes.Status404NotFound : IsOwnPage(context.Request) ? 0 : StatusCodes.Status403Forbidden;
        if (status == 0)
            return next(context);
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    };

    private static bool IsLocal(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } remote && IPAddress.IsLoopback(remote)
        && LocalHosts.Contains(context.Request.Host.Host, StringComparer.OrdinalIgnoreCase)
        && !HttpProtocol.IsHttp10(context.Request.Protocol) // which proxies speak by default, such as nginx, and no browser
        && !context.Request.Headers.Keys.Any(IsOfProxy);

    private static bool IsOfProxy(string header) => Forwarded.Any(name => name.EndsWith('-')
        ? header.StartsWith(name, StringComparison.OrdinalIgnoreCase)
        : header.Equals(name, StringComparison.OrdinalIgnoreCase));

    // Every browser sends one of the headers from a page on localhost; no page can set them.
    private static bool IsOwnPage(HttpRequest request)
    {
        var site = request.Headers["Sec-Fetch-Site"];
        var origin = request.Headers.Origin;
        return (site.Count > 0 || origin.Count > 0)
            && (site.Count == 0 || site == "same-origin")
            && (origin.Count == 0 || IsOrigin(origin.ToString(), request.Host));
    }

    // Without the scheme: a proxy on this machine may have ended TLS.
    private static bool IsOrigin(string origin, HostString host) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var uri) && string.Equals(uri.Authority, host.Value, StringComparison.OrdinalIgnoreCase);
}
