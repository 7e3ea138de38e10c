using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Wsmq.Cli.Http;

/// <summary>Makes requests to the HTTP API. A refusal that can be retried in time is waited out; every other failure has a code.</summary>
internal sealed class ApiConnection(Uri url, TimeSpan timeout, Func<CancellationToken, Task<string?>> accessToken) : IDisposable
{
    private const int LongestError = 200;

    // No redirects: they would pass the token on to another address.
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = Timeout.InfiniteTimeSpan };

    public string Shown => url.GetLeftPart(UriPartial.Path);

    public void Dispose() => _http.Dispose();

    /// <summary>Returns the body of the response; empty for 204.</summary>
    public async Task<string> AskAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(timeout);
        var begun = Stopwatch.StartNew();
        Exception? refused = null;
        try
        {
            while (true)
            {
                using var response = await SendAsync(request, HttpCompletionOption.ResponseContentRead, null, deadline.Token);
                if (response.IsSuccessStatusCode)
                    return await response.Content.ReadAsStringAsync(deadline.Token);
                refused = await ApiProblem.OfAsync(response, Shown, deadline.Token);
                if (PauseAfter(response, refused) is not { } pause || begun.Elapsed + pause >= timeout)
                    throw refused;
                await Task.Delay(pause, deadline.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw refused ?? NoAnswer(request);
        }
        catch (HttpRequestException e)
        {
            throw refused ?? Unreachable(request, e);
        }
    }

    /// <summary>Opens an event stream. The caller disposes the response, whatever its status.</summary>
    public async Task<HttpResponseMessage> OpenAsync(ApiRequest request, string? lastEventId, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(timeout);
        try
        {
            return await SendAsync(request, HttpCompletionOption.ResponseHeadersRead, lastEventId ?? "", deadline.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw NoAnswer(request);
        }
        catch (HttpRequestException e)
        {
            throw Unreachable(request, e);
        }
    }

    /// <param name="request">The request.</param>
    /// <param name="completion">Whether the body is read.</param>
    /// <param name="lastEventId">Null: not an event stream; empty: a stream from the beginning.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    private async Task<HttpResponseMessage> SendAsync(
        ApiRequest request, HttpCompletionOption completion, string? lastEventId, CancellationToken cancellationToken)
    {
        var message = new HttpRequestMessage(request.Method, Target(request));
        if (lastEventId is not null)
            message.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        if (lastEventId is { Length: > 0 })
            message.Headers.TryAddWithoutValidation("Last-Event-ID", lastEventId);
        if (request.Body is { } body)
            message.Content = new StringContent(body, Encoding.UTF8, "application/json");
        message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await accessToken(cancellationToken));
        return await _http.SendAsync(message, completion, cancellationToken);
    }

    // Escaped names must reach the server as they are: normalizing the path would unescape dots.
    private Uri Target(ApiRequest request) => new(
        Shown.TrimEnd('/') + request.Path + request.Query, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });

    /// <summary>How long to wait before the same request; null if that is useless, or if it is not known that nothing was done.</summary>
    private static TimeSpan? PauseAfter(HttpResponseMessage response, Exception refusal)
    {
        var isRefused = refusal is WsmqException { Error.CanRetry: true }
            || response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable;
        return isRefused ? (refusal as WsmqException)?.RetryAfter ?? response.Headers.RetryAfter?.Delta : null;
    }

    private CliFailure NoAnswer(ApiRequest request) => request.IsRead
        ? new CliFailure(ExitCodes.Unreachable, $"No answer from {Shown} within {timeout.TotalSeconds:0.#} s.")
        : new CliFailure(ExitCodes.OutcomeUnknown,
            $"No answer from {Shown} within {timeout.TotalSeconds:0.#} s: the change may have been made.");

    private CliFailure Unreachable(ApiRequest request, HttpRequestException e)
    {
        var reason = e.GetBaseException().Message;
        reason = reason.Length > LongestError ? reason[..LongestError] : reason;

        // Without a connection nothing was sent.
        var isInDoubt = !request.IsRead && e.HttpRequestError is not (HttpRequestError.ConnectionError
            or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError);
        return isInDoubt
            ? new CliFailure(ExitCodes.OutcomeUnknown, $"The connection to {Shown} was lost: the change may have been made. {reason}", e)
            : new CliFailure(ExitCodes.Unreachable, $"No connection to {Shown}: {reason}", e);
    }
}
