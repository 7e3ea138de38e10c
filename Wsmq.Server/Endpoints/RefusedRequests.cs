using System.Collections.Immutable;
using System.Diagnostics;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Wsmq.Server.Diagnostics;

namespace Wsmq.Server.Endpoints;

/// <summary>
/// Logs the cause and the remedy for requests to the hub that never reach it: without a valid token, at a wrong path, or with a token
/// too long for the server. Runs before the app's own pipeline, and only observes it.
/// </summary>
internal sealed class RefusedRequests(ILogger<RefusedRequests> logger) : IStartupFilter, IObserver<KeyValuePair<string, object?>>
{
    private const string BadRequest = "Microsoft.AspNetCore.Server.Kestrel.BadRequest";

    private ImmutableArray<string> _paths = [];

    /// <summary>Adds a path of the hub, including the prefixes of its route groups. An endpoint may be built more than once.</summary>
    public void Add(string path) => ImmutableInterlocked.Update(ref _paths, (paths, added) => paths.Contains(added) ? paths : paths.Add(added), path);

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        // Kestrel answers requests that it cannot parse before the pipeline runs.
        app.ApplicationServices.GetService<DiagnosticListener>()?.Subscribe(this, (name, _, _) => name == BadRequest);
        app.Use(inner => context => IsOfInterest(context) ? WatchAsync(context, inner) : inner(context));
        next(app);
    };

    void IObserver<KeyValuePair<string, object?>>.OnNext(KeyValuePair<string, object?> value)
    {
        if ((value.Value as IFeatureCollection)?.Get<IBadRequestExceptionFeature>()?.Error is BadHttpRequestException
            {
                StatusCode: StatusCodes.Status414RequestUriTooLong or StatusCodes.Status431RequestHeaderFieldsTooLarge,
            } refused)
            Log.RequestTooLong(logger, refused.StatusCode);
    }

    void IObserver<KeyValuePair<string, object?>>.OnCompleted()
    {
    }

    void IObserver<KeyValuePair<string, object?>>.OnError(Exception error)
    {
    }

    private string HubPaths => _paths.Length == 0 ? "no path, because the app does not call MapWsmq" : string.Join(", ", _paths);

    // The authorization middleware authenticates by itself if the endpoint names schemes.
    private static bool WasAuthenticated(HttpContext context) =>
        context.Features.Get<IAuthenticationFeature>() is not null
        || context.GetEndpoint()!.Metadata.Any(item => item switch
        {
            IAuthorizeData data => data.Policy is not null || data.AuthenticationSchemes is not null,
            AuthorizationPolicy policy => policy.AuthenticationSchemes.Count > 0,
            _ => false,
        });

    private static bool IsOfInterest(HttpContext context) => StrayRequest.IsUpgrade(context) || StrayRequest.IsNegotiation(context.Request.Path.Value);

    private Task WatchAsync(HttpContext context, RequestDelegate inner)
    {
        // Read before the pipeline runs: a fallback to a file replaces the request's path by that of the file.
        var path = context.Request.PathBase + context.Request.Path;
        var answering = inner(context);
        return AcceptedSocket.Is(context) ? answering : LookAfterAsync(answering, context, path);
    }

    private async Task LookAfterAsync(Task answering, HttpContext context, string path)
    {
        await answering;
        if (Refusal.Explains(context))
            return;
        if (context.GetEndpoint()?.Metadata.GetMetadata<OriginPolicy.Marker>() is not null)
            ExplainRefused(context, PrintableText.Of(path));
        else if (StrayRequest.Is(context, path, _paths))
            ExplainStray(context, PrintableText.Of(path));
    }

    private void ExplainRefused(HttpContext context, string path)
    {
        switch (context.Response.StatusCode)
        {
            case StatusCodes.Status401Unauthorized when !WasAuthenticated(context):
                Log.NotAuthenticated(logger);
                break;
            case StatusCodes.Status401Unauthorized when context.Request.Query.ContainsKey(QueryToken.Name):
                Log.TokenInQueryNotRead(logger);
                break;
            case StatusCodes.Status401Unauthorized when context.Request.Headers.Authorization.Count == 0:
                Log.NoCredentials(logger);
                break;
            case StatusCodes.Status401Unauthorized:
                Log.CredentialsRefused(logger);
                break;
            case StatusCodes.Status403Forbidden:
                Log.PolicyRefused(logger);
                break;
            case var status when StrayRequest.IsRedirect(status):
                Log.Redirected(logger, path, status, HubPaths);
                break;
        }
    }

    private void ExplainStray(HttpContext context, string path)
    {
        var (status, endpoint) = (context.Response.StatusCode, context.GetEndpoint());
        if (status == StatusCodes.Status404NotFound && endpoint is null)
            Log.WrongPath(logger, path, HubPaths);
        else if (StrayRequest.IsRedirect(status))
            Log.Redirected(logger, path, status, HubPaths);
        else
            Log.AnsweredElsewhere(logger, path, status, endpoint?.DisplayName ?? "a file or a middleware", HubPaths);
    }
}
