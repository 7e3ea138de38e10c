namespace Wsmq;

/// <summary>The HTTP endpoints of the hub and of the HTTP API: which browser origins may connect, and whether tokens are read from the query.</summary>
public sealed class WsmqEndpointOptions
{
    /// <summary>
    /// Additional origins whose pages may connect in a browser, besides the hub's own origin. Format: <c>https://app.example.com</c>, with
    /// the port if it is not the scheme's default; <c>*</c> allows all origins. Pages inside of apps send origins without a host
    /// (<c>file://</c>, <c>app://.</c>, <c>null</c>), which are compared literally. Sandboxed frames of any page also send <c>null</c>.
    /// Cookies of pages that only <c>*</c> or <c>null</c> allows are ignored: such pages need a token.
    /// Default empty: only pages of the same origin may connect. Requests without an <c>Origin</c> header, as sent by non-browser
    /// clients, are not checked.
    /// </summary>
    public IList<string> AllowedOrigins { get; } = [];

    /// <summary>
    /// Whether to read a bearer token from the query parameter <c>access_token</c> of the hub's own requests, as if it were in the
    /// <c>Authorization</c> header, for every bearer scheme: browsers cannot set a header on a WebSocket. Requires routing to run before
    /// authentication, which is the order of <c>WebApplication</c>. Default false.
    /// </summary>
    public bool AcceptTokenInQuery { get; set; }

    /// <summary>
    /// Names of query parameters of the HTTP API that belong to the app, such as a ticket that its authentication reads, or the key of a
    /// proxy. The API refuses every other parameter that it does not know: a misspelt one would be ignored without a trace. Default empty.
    /// </summary>
    public IList<string> AppParameters { get; } = [];

    /// <summary>
    /// After how long without an event a comment is sent on an event stream of the HTTP API, so that no proxy closes it as idle. At the
    /// same interval the node notices clients that are gone. Default 15 seconds; 1 second to 10 minutes.
    /// </summary>
    public TimeSpan StreamKeepAlive { get; set; } = TimeSpan.FromSeconds(15);
}
