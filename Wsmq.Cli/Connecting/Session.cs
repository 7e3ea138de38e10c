using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;

namespace Wsmq.Cli.Connecting;

/// <summary>
/// A client for interactive use, whose retries end: when the first connection takes too long, and when the server reports an error that
/// a retry would not change.
/// </summary>
internal sealed class Session : IAsyncDisposable
{
    // After a longer time the server may have forgotten the id, and a retry would store a second message.
    private static readonly TimeSpan LongestSend = TimeSpan.FromSeconds(110);

    private const string UsualPath = "/wsmq";

    // A connection reads the queue of its user, also if it is only to send.
    private const string ReadHint = "An API key needs the scope read or work to connect; without them it can send over the HTTP API.";

    private readonly TaskCompletionSource _hopeless = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Uri _url;
    private readonly TimeSpan _timeout;
    private volatile string? _cause;
    private string? _said;
    private string? _lost;

    public Session(Uri url, TimeSpan timeout, Func<CancellationToken, Task<string?>> accessToken, string? device)
    {
        (_url, _timeout) = (url, timeout);
        Client = Create(url, options =>
        {
            // It says itself what happens, in the words of the command line.
            options.LoggerFactory = NullLoggerFactory.Instance;
            options.AccessTokenProvider = accessToken;
            options.Device = device ?? options.Device;
            options.SendTimeout = timeout < LongestSend ? timeout : LongestSend;
        });
        Client.ConnectFailed += (_, failure) => Consider(failure);
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
            // What it asks the server for is repeated.
            if (Client.State == WsmqClientState.Connected)
                return;
            var reason = _cause is { } cause ? $": {cause}" : ".";
            throw new CliFailure(ExitCodes.Unreachable, $"No connection to {Shown} within {_timeout.TotalSeconds:0.#} s{reason}", e);
        }
    }

    /// <summary>Reports on standard error when the client has connected, lost the connection (and why), or reconnected.</summary>
    public void SayConnection() => Client.StateChanged += (_, change) =>
    {
        if (change.Current == WsmqClientState.Connected)
            Say(change.Previous == WsmqClientState.Connecting ? $"connected to {Shown}" : $"connected to {Shown} again");
        else if (change.Current == WsmqClientState.Reconnecting)
            Say($"lost the connection: {Interlocked.Exchange(ref _lost, null) ?? "the server is unreachable or stopping"}. Reconnecting");
    };

    /// <summary>Waits for a task; throws as soon as the connection has failed for good.</summary>
    // The reason comes first where both have ended: the client ends its tasks as well, without a word of the command line.
    public async Task WhileHopeful(Task task) => await await Task.WhenAny(_hopeless.Task, task);

    public async ValueTask DisposeAsync() => await Client.DisposeAsync();

    // The client's messages name its own options: replace the names by those of the command line.
    private static WsmqClient Create(Uri url, Action<WsmqClientOptions> configure)
    {
        try
        {
            return new WsmqClient(url, configure);
        }
        catch (ArgumentException e)
        {
            var reason = e.Message
                .Replace($" (Parameter '{e.ParamName}')", "", StringComparison.Ordinal)
                .Replace($"{nameof(WsmqClientOptions)}.{nameof(WsmqClientOptions.Device)}", "--device", StringComparison.Ordinal)
                .Replace($"{nameof(WsmqClientOptions)}.{nameof(WsmqClientOptions.AccessTokenProvider)}", "--token-file", StringComparison.Ordinal);
            throw new CliFailure(ExitCodes.Usage, reason, e);
        }
    }

    private void Consider(WsmqConnectFailedEventArgs failure)
    {
        _cause = failure.Cause + HostHint(failure);
        if (failure.Exception.GetBaseException() is CliFailure own)
            Despair(own);
        else if (failure.StatusCode == HttpStatusCode.Unauthorized)
            Despair(new CliFailure(ExitCodes.Unauthenticated, _cause, failure.Exception));
        else if (failure.StatusCode is { } status && (int)status < 500 && status != HttpStatusCode.TooManyRequests)
            Despair(new CliFailure(ExitCodes.Unreachable, _cause, failure.Exception));
        else if (failure.Exception is WsmqException { Error.CanRetry: false } final)
            Despair(Hinted(final));
        else if (Interlocked.Exchange(ref _said, KindOf(failure)) != KindOf(failure))
            Say($"{_cause} (trying again)");
    }

    // The text of a refusal may state a different retry time each time: compare the codes.
    private static string KindOf(WsmqConnectFailedEventArgs failure) =>
        failure.Exception is WsmqException known ? known.Error.Code : failure.Cause;

    private void Consider(WsmqErrorEventArgs error)
    {
        if (error.Operation != WsmqClientOperation.ConnectionLost)
            return;
        _lost = error.Exception.Message.TrimEnd('.');
        if (error.Exception is WsmqException { Error.CanRetry: false } final)
            Despair(Hinted(final));
    }

    // Whether the refusal ends the attempt to connect or the connection depends on which of the two the client notices first.
    private static Exception Hinted(WsmqException refused) => refused.Error == WsmqErrors.ReadNotAllowed
        ? new CliFailure(ExitCodes.Refused, $"{refused.Message} {ReadHint}", refused)
        : refused;

    // On a first try the host is often not started yet.
    private string HostHint(WsmqConnectFailedEventArgs failure) =>
        _url.IsLoopback && failure.Exception.GetBaseException() is SocketException { SocketErrorCode: SocketError.ConnectionRefused }
            ? $" Start the host: {DevelopmentToken.StartHost}{(HasHubPath ? "" : $"; the URL lacks the hub's path, such as {UsualPath}")}."
            : "";

    private bool HasHubPath => _url.AbsolutePath.Length > 1;

    private void Despair(Exception exception)
    {
        _hopeless.TrySetException(exception);
        // Observes the exception: there may be no task that still waits for it.
        _ = _hopeless.Task.Exception;
    }

    private static void Say(string what) => _ = CommandLine.WriteErrorAsync(what);

    // Without the query, which may contain a token.
    private string Shown => _url.GetLeftPart(UriPartial.Path);
}
