using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Template;

namespace Wsmq.Server.Api;

/// <summary>
/// Answers what no endpoint of the API takes. The framework's own 404 and 405 have no body: curl would print nothing for a misspelt path.
/// </summary>
internal sealed class UnmatchedEndpoint(IReadOnlyList<ApiEndpoint> endpoints)
{
    private const string Rest = "rest";

    private readonly (TemplateMatcher Path, string Method)[] _known =
        [.. endpoints.Select(e => (new TemplateMatcher(TemplateParser.Parse(e.Path[1..]), []), e.Method))];

    /// <summary>Maps it below the path of the API, after everything else that is mapped there, the app's own endpoints included.</summary>
    public void MapTo(IEndpointRouteBuilder api, ApiGate gate) =>
        api.Map($"/{{**{Rest}}}", gate.Of(RefuseAsync)).WithOrder(int.MaxValue).ExcludeFromDescription();

    private Task RefuseAsync(ApiCall call)
    {
        var path = new PathString("/" + call.Request.RouteValues[Rest]);
        var methods = _known.Where(known => known.Path.TryMatch(path, [])).Select(known => known.Method).Distinct().ToArray();
        if (methods.Length == 0)
            throw new WsmqException(WsmqErrors.UnknownEndpoint);
        call.Context.Response.Headers.Allow = string.Join(", ", methods);
        throw new WsmqException(WsmqErrors.MethodNotAllowed, $"it takes {string.Join(", ", methods)}");
    }
}
