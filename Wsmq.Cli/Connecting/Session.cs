using System.Net;

namespace Wsmq.Cli.Connecting;

/// <summary>
/// A client whose endless retries end where a person at the terminal waits: when the first connection takes too long, and when
/// the server says something that no retry can mend.
/// </summary>
internal sealed class Session : IAsyncDisposable
{
    // Beyond it the server may have forgotten the id, and a repeat would be a second message.
    private static readonly TimeSpan LongestSend = TimeSpan.FromSeconds(110);

    private readonly TaskCompletionSource _hopeless = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Uri _url;
    private readonly TimeSpan _timeout;
    private volatile Exception? _lastError;

    public Session(Uri url, TimeSpan timeout, Func<CancellationToken, Task<string?>> accessToken, string? device)
    {
        (_url, _timeout) = (url, timeout);
        Client = new WsmqClient(url, options =>
        {
            options.AccessToken = accessToken;
            options.Device = device ?? options.Device;
            options.SendTimeout = timeout < LongestSend ? timeout : LongestSend;
        });
        Client.Error += (_, error) => Consider(error);
    }

    public WsmqClient Client { get; }

    public async Task ConnectAsync(CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(_timeout);
        try
        {
            await WhileHopeful(Client.StartAsync(deadline.Token));
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            var reason = _lastError is { } error ? $": {error.GetBaseException().Message}" : ".";
            throw new CliFailure(ExitCodes.Unreachable, $"No connection to {Shown(_url)} within {_timeout.TotalSeconds:0.#} s{reason}", e);
        }
    }

    /// <summary>Waits for a task, or throws as soon as there is no hope for it.</summary>
    public async Task WhileHopeful(Task task) => await await Task.WhenAny(task, _hopeless.Task);

    public async ValueTask DisposeAsync() => await Client.DisposeAsync();

    private void Consider(WsmqErrorEventArgs error)
    {
        if (error.Operation is not (WsmqOperation.Connect or WsmqOperation.Connection))
            return;
        _lastError = error.Exception;
        if (IsUnauthorized(error.Exception))
            Despair(new CliFailure(ExitCodes.Unauthenticated, $"{Shown(_url)} does not accept the token (401).", error.Exception));
        else if (error.Exception is WsmqException { Error.CanRetry: false } or CliFailure)
            Despair(error.Exception);
    }

    private void Despair(Exception exception)
    {
        _hopeless.TrySetException(exception);
        // Nobody may be waiting any more; that is no unobserved failure.
        _ = _hopeless.Task.Exception;
    }

    // A WebSocket handshake that was refused names the status in its text only.
    private static bool IsUnauthorized(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is HttpRequestException { StatusCode: HttpStatusCode.Unauthorized }
                || (exception is System.Net.WebSockets.WebSocketException && exception.Message.Contains("'401'", StringComparison.Ordinal)))
                return true;
        }

        return false;
    }

    // The query may hold a token.
    private static string Shown(Uri url) => url.GetLeftPart(UriPartial.Path);
}
