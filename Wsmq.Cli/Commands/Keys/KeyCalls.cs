using System.CommandLine;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Wsmq.Cli.Commands.Keys;

/// <summary>Requests to the HTTP API about API keys.</summary>
internal sealed class KeyCalls(Uri url, Func<CancellationToken, Task<string?>> accessToken) : IDisposable
{
    private const string ApiVariable = "WSMQ_API_URL";
    private const string HubVariable = "WSMQ_URL";
    private const string DefaultUrl = "http://localhost:5080/wsmq-api";

    // No redirects: they would pass the token on to another address.
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = TimeSpan.FromSeconds(10) };

    public static Option<Uri> UrlOption() => new("--api-url")
    {
        Description = $"The URL of the HTTP API; also {ApiVariable}. Default: {HubVariable} with -api after its path.",
        HelpName = "url",
        CustomParser = result =>
        {
            var text = result.Tokens is [var token, ..] ? token.Value : FromEnvironment();
            if (Uri.TryCreate(text, UriKind.Absolute, out var found) && found is { Scheme: "http" or "https", Query: "", UserInfo: "" })
                return found;
            result.AddError($"--api-url (or {ApiVariable}) is not a URL such as {DefaultUrl}.");
            return null;
        },
        DefaultValueFactory = _ => new Uri(FromEnvironment()),
    };

    private string Shown => url.GetLeftPart(UriPartial.Path);

    public void Dispose() => _http.Dispose();

    /// <exception cref="CliFailure">The request was refused, or there was no answer.</exception>
    public async Task<JsonElement> AskAsync(HttpMethod method, string path, string? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, url.AbsoluteUri.TrimEnd('/') + path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await accessToken(cancellationToken));
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        try
        {
            using var response = await _http.SendAsync(request, cancellationToken);
            var text = await response.Content.ReadAsStringAsync(cancellationToken);
            return response.IsSuccessStatusCode ? JsonDocument.Parse(text).RootElement : throw Refused((int)response.StatusCode, text);
        }
        catch (HttpRequestException e)
        {
            throw new CliFailure(ExitCodes.Unreachable, $"No connection to {Shown}: {e.GetBaseException().Message}", e);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CliFailure(ExitCodes.Unreachable, $"No answer from {Shown} within {_http.Timeout.TotalSeconds} s.", e);
        }
    }

    private static string FromEnvironment() =>
        Environment.GetEnvironmentVariable(ApiVariable) is { Length: > 0 } api ? api
        : Environment.GetEnvironmentVariable(HubVariable) is { Length: > 0 } hub ? $"{hub.TrimEnd('/')}-api"
        : DefaultUrl;

    private static CliFailure Refused(int status, string text)
    {
        if (status == 401)
            return new CliFailure(ExitCodes.Unauthenticated, "The server refused the token (401).");
        try
        {
            var problem = JsonDocument.Parse(text).RootElement;
            var detail = problem.TryGetProperty("detail", out var what) ? $" ({what})" : "";
            var error = $"{problem.GetProperty("number")} {problem.GetProperty("code")}: {problem.GetProperty("title")}{detail}";
            return new CliFailure(ExitCodes.Refused, error);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return new CliFailure(ExitCodes.Refused, $"The server answered with status {status}.", e);
        }
    }
}
