using Scalar.AspNetCore;

namespace Wsmq.Host.Documents;

/// <summary>A page that shows the OpenAPI document and makes requests. Everything on it is served by the host.</summary>
internal static class ApiViewer
{
    public const string Path = "/api-docs";

    private const string DocumentPath = "/openapi/{documentName}.json";

    // The viewer can load fonts, and offers services of its vendor. Those are switched off below; the browser blocks any that is added.
    private const string Policy =
        "default-src 'none'; script-src 'self' 'nonce-NONCE'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        + "font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public static void MapApiDocument(this WebApplication app)
    {
        app.MapOpenApi(DocumentPath).AllowAnonymous();
        app.MapScalarApiReference(Path, options =>
        {
            options.Title = "wsmq";
            options.OpenApiRoutePattern = DocumentPath;
            options.DynamicNonce = true;
            options.HideClientButton = true;
            options.DisableDefaultFonts().DisableTelemetry().DisableAgent().DisableMcp().HideDeveloperTools();
        }).AllowAnonymous().AddEndpointFilter(async (invocation, next) =>
        {
            var context = invocation.HttpContext;
            context.Response.OnStarting(() =>
            {
                var nonce = context.Items[ScalarOptions.NonceHttpContextItemKey] as string;
                context.Response.Headers.ContentSecurityPolicy = Policy.Replace("NONCE", nonce, StringComparison.Ordinal);
                context.Response.Headers.XContentTypeOptions = "nosniff";
                return Task.CompletedTask;
            });
            return await next(invocation);
        });
    }
}
