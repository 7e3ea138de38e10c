using System.Net;
using System.Text.Json;

namespace Wsmq.Cli.Http;

/// <summary>Errors of the HTTP API as exceptions with a code.</summary>
internal static class ApiProblem
{
    private const string MediaType = "application/problem+json";

    // What UrlOption makes of the URL of a hub without a path.
    private const string OfRoot = "/-api";

    private static readonly JsonSerializerOptions Options = JsonSerializerOptions.Web;

    /// <summary>The failure that a response states. The URL is part of the text where the response is not one of the API.</summary>
    public static async Task<Exception> OfAsync(HttpResponseMessage response, string shownUrl, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentType?.MediaType == MediaType
            && Parse(await response.Content.ReadAsStringAsync(cancellationToken)) is { } refusal)
            return refusal;
        return response.StatusCode switch
        {
            HttpStatusCode.Unauthorized => new CliFailure(ExitCodes.Unauthenticated, "The server does not accept the token (401)."),
            HttpStatusCode.NotFound => new CliFailure(ExitCodes.Unreachable,
                $"There is no such endpoint at {shownUrl} (404): {(shownUrl.EndsWith(OfRoot, StringComparison.Ordinal)
                    ? "is /wsmq missing at the end of --url?"
                    : "set --api-url to where the app maps the HTTP API, or update the server.")}"),
            var status => new CliFailure(ExitCodes.Unreachable, $"{shownUrl} answered with status {(int)status}."),
        };
    }

    /// <summary>The error of a problem, or of the event that ends a stream; null if the text is neither.</summary>
    public static WsmqException? Parse(string json)
    {
        try
        {
            var body = JsonSerializer.Deserialize<Body>(json, Options);
            if (body is not { Number: > 0, Code: not null })
                return null;
            var error = WsmqErrors.ByNumber(body.Number) ?? new WsmqError(body.Number, body.Code, body.Title ?? body.Code, body.Retry);
            return body.RetryAfter is { } pause
                ? new WsmqException(error, TimeSpan.FromMilliseconds(pause), body.Detail)
                : new WsmqException(error, body.Detail);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private sealed record Body(int Number, string? Code, string? Title, string? Detail, bool Retry, double? RetryAfter);
}
