using Microsoft.AspNetCore.Routing;
using Wsmq;
using Wsmq.Pages;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps the dashboard of wsmq into an app.</summary>
public static class WsmqDashboardEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Maps the dashboard: a page for operators that uses the HTTP API (<c>MapWsmqApi</c>) as the signed-in user. Who may see and do what
    /// decides <see cref="IWsmqAuthorizer"/>, for each call of the API. docs/dashboard.md describes it. An authenticated user is
    /// required; further conventions, such as a policy, can be added to the result. Where users have bearer tokens and no cookie, a
    /// browser cannot send the token when it opens a page: add <c>AllowAnonymous()</c>, and the page, which contains no data, asks for the
    /// token.
    /// </summary>
    /// <param name="endpoints">The app.</param>
    /// <param name="pattern">The path of the dashboard. Default <c>/wsmq-admin</c>.</param>
    /// <param name="configure">Changes the options.</param>
    public static IEndpointConventionBuilder MapWsmqDashboard(
        this IEndpointRouteBuilder endpoints, string pattern = "/wsmq-admin", Action<WsmqDashboardOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(pattern);
        var options = new WsmqDashboardOptions();
        configure?.Invoke(options);
        return endpoints.MapPage(
            pattern,
            typeof(WsmqDashboardOptions).Assembly,
            ("api", PageEndpoints.RelativePath(pattern, options.ApiPath)),
            ("token", LinkTo(options.TokenPath)),
            ("homeTitle", options.HomeTitle),
            ("home", LinkTo(options.HomePath)))
            .RequireAuthorization();

        string LinkTo(string? path) => path is null ? string.Empty : PageEndpoints.RelativePath(pattern, path);
    }
}
