using System.Net.WebSockets;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Wsmq.Cli.Connecting;

/// <summary>A connection for calls of the hub that <see cref="WsmqClient"/> has no method for. It connects once, and does not reconnect.</summary>
internal sealed class HubCalls : IAsyncDisposable
{
    private readonly Uri _url;
    private readonly TimeSpan _timeout;
    private readonly HubConnection _connection;

    public HubCalls(Uri url, TimeSpan timeout, Func<CancellationToken, Task<string?>> accessToken)
    {
        (_url, _timeout) = (url, timeout);
        var builder = new HubConnectionBuilder().WithUrl(url, http =>
        {
            http.Transports = HttpTransportType.WebSockets;
            http.SkipNegotiation = true;
            http.AccessTokenProvider = () => accessToken(CancellationToken.None);
        });
        builder.Services.Configure<JsonHubProtocolOptions>(
            json => json.PayloadSerializerOptions.TypeInfoResolverChain.Insert(0, WsmqJson.TypeInfoResolver));
        _connection = builder.Build();
    }

    public async Task ConnectAsync(CancellationToken cancellationToken)
    {
        try
        {
            await WithinAsync(_connection.StartAsync, cancellationToken);
        }
        catch (Exception e) when (e is not (OperationCanceledException or CliFailure))
        {
            throw FailureOf(e);
        }
    }

    /// <summary>Calls a method; a refusal of the server ends the command with its text.</summary>
    public async Task<T> CallAsync<T>(string method, object?[] arguments, CancellationToken cancellationToken)
    {
        try
        {
            T result = default!;
            await WithinAsync(async stop => result = await _connection.InvokeCoreAsync<T>(method, arguments, stop), cancellationToken);
            return result;
        }
        catch (Exception e) when (e is not (OperationCanceledException or CliFailure))
        {
            throw FailureOf(e);
        }
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private async Task WithinAsync(Func<CancellationToken, Task> call, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(_timeout);
        try
        {
            await call(deadline.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CliFailure(ExitCodes.Unreachable, $"No answer from {Shown} within {_timeout.TotalSeconds:0.#} s.", e);
        }
    }

    // The server closes a connection that it refuses with the error in the close frame, which SignalR prefixes with texts of its own.
    private CliFailure FailureOf(Exception exception)
    {
        if (WsmqError.Find(exception.Message) is not null)
            return new CliFailure(ExitCodes.Refused, exception.Message[exception.Message.IndexOf("[wsmq", StringComparison.Ordinal)..], exception);
        if (exception is HubException)
            return new CliFailure(ExitCodes.Refused, exception.Message, exception);
        return IsUnauthenticated(exception)
            ? new CliFailure(ExitCodes.Unauthenticated, $"{Shown} answered 401: the server does not accept the token.", exception)
            : new CliFailure(ExitCodes.Unreachable, $"No connection to {Shown}: {exception.GetBaseException().Message}", exception);
    }

    // A refused WebSocket has the status only in its message.
    private static bool IsUnauthenticated(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is WebSocketException && exception.Message.Contains("'401'", StringComparison.Ordinal))
                return true;
        }

        return false;
    }

    // Without the query, which may contain a token.
    private string Shown => _url.GetLeftPart(UriPartial.Path);
}
