namespace Wsmq;

/// <summary>Options of the dashboard: where it finds what it uses.</summary>
public sealed class WsmqDashboardOptions
{
    /// <summary>
    /// The path of the HTTP API: what was passed to <c>MapWsmqApi</c>, on the same route builder. Default <c>/wsmq-api</c>.
    /// </summary>
    public string ApiPath { get; set; } = "/wsmq-api";

    /// <summary>
    /// The path of an endpoint of the app that gives the page a bearer token, on the same route builder: called with POST from the same
    /// origin, it answers <c>{"token":"…"}</c>, or an error status if the user has none. The page then offers it beside the field for
    /// a token. Default null: there is none.
    /// </summary>
    public string? TokenPath { get; set; }

    /// <summary>
    /// The path of a page of the app, on the same route builder, to which the menu links. Default null: there is no such link.
    /// </summary>
    public string? HomePath { get; set; }

    /// <summary>The text of the link to <see cref="HomePath"/>. Default: <c>Back to the app</c>.</summary>
    public string HomeTitle { get; set; } = "Back to the app";
}
