using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Authentication;
using System.Text.RegularExpressions;

namespace Wsmq;

/// <summary>Why an attempt to connect failed, with what to change.</summary>
/// <param name="Error">The error; a <see cref="WsmqException"/> where the server or this client supplied a code.</param>
/// <param name="Status">The HTTP status with which the server refused the connection; null where there was no HTTP response.</param>
/// <param name="Cause">What happened, and what to do.</param>
internal sealed partial record ConnectFailure(Exception Error, HttpStatusCode? Status, string Cause)
{
    private const string UsualPath = "/wsmq";
    private const string NoHub = "the response is not from a wsmq hub but from a web page, perhaps a sign-in page after a redirect, "
        + "or a proxy does not forward WebSockets";

    /// <summary>Whether another attempt with the same settings would fail the same way; only a new token can change it.</summary>
    public bool IsFinal => Error is WsmqException { Error.CanRetry: false } || Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden;

    /// <summary>The exception for a start that this failure ends.</summary>
    public WsmqException AsRefusal() => Error as WsmqException ?? new WsmqException(WsmqErrors.ConnectionRefused, Cause, Error);

    public static ConnectFailure Of(Exception error, Uri url, bool sendsToken)
    {
        var known = WsmqException.From(error);

        // Caused by the app's ConfigureHttp: the client's own settings are validated before.
        if (known is null && error is ArgumentException)
        {
            known = new WsmqException(
                WsmqErrors.ClientMisconfigured,
                $"a setting of {nameof(WsmqClientOptions)}.{nameof(WsmqClientOptions.ConfigureHttp)} was refused: {error.Message}", error);
        }

        if (known is not null)
            return new ConnectFailure(known, null, known.Message);
        var status = StatusOf(error);
        return new ConnectFailure(error, status, status is { } code ? Refusal(code, url, sendsToken) : Trouble(error, url));
    }

    private static string Refusal(HttpStatusCode status, Uri url, bool sendsToken)
    {
        var hint = (int)status switch
        {
            401 when !sendsToken => "no token was sent: set WsmqClientOptions.AccessTokenProvider",
            401 => "the server does not accept the token: it may be expired, or have another issuer or audience; a redirect loses it",
            403 => "the server knows the user, but does not allow it to connect",
            404 when !url.AbsolutePath.EndsWith(UsualPath, StringComparison.Ordinal) => $"no hub at this path: is {UsualPath} missing at the end of the URL?",
            404 => "no hub at this path: compare it with the path that the server passes to MapWsmq",
            405 => "no hub accepts this request: a page is at this path, or a hub that takes WebSockets only (SkipNegotiation)",
            414 or 431 => "the token or the URL is too long for the server or a proxy in front of it",
            429 => "the server, or a proxy in front of it, accepts no more connections for now",
            >= 300 and < 400 => "the server redirects elsewhere, and a WebSocket does not follow: use the URL of the redirect, as https. "
                + "If that is a sign-in page, the path is wrong, or the server does not authenticate by token there",
            >= 500 => "the server, or the app behind a proxy, is not ready",
            400 => NoHub + "; or it takes HTTP/2 only",
            _ => NoHub,
        };
        return string.Create(CultureInfo.InvariantCulture, $"{Shown(url)} answered {(int)status}: {hint}");
    }

    private static string Trouble(Exception error, Uri url) => Find<SocketException>(error) is { } socket
        ? socket.SocketErrorCode switch
        {
            SocketError.ConnectionRefused => $"nothing listens at {Shown(url)}: is the server started?",
            SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => $"the host name of {Shown(url)} is not known",
            _ => $"{Shown(url)} cannot be reached: {socket.Message}",
        }
        : IsPlainHttp(error) ? $"no TLS with {Shown(url)}: the server seems to use http: begin the URL with http, or use the port for https"
        : Find<AuthenticationException>(error) is { } tls ? $"no TLS with {Shown(url)}: {(tls.InnerException ?? tls).Message}"
        : error is TimeoutException or IOException ? error.Message
        : error is InvalidDataException ? $"{Shown(url)} sent an unexpected response: {NoHub}"
        : $"{Shown(url)}: {error.GetBaseException().Message}";

    // .NET has no error code for a response that is not TLS, only this text.
    private static bool IsPlainHttp(Exception error) =>
        Find<AuthenticationException>(error) is { InnerException: null } tls && tls.Message.Contains("corrupted frame", StringComparison.Ordinal);

    private static HttpStatusCode? StatusOf(Exception? error)
    {
        for (; error is not null; error = error.InnerException)
        {
            if (error is HttpRequestException { StatusCode: { } status })
                return status;

            // A refused WebSocket has the status only in its message.
            if (error is WebSocketException && StatusCodes().Match(error.Message) is { Success: true } match)
                return (HttpStatusCode)int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
        }

        return null;
    }

    private static T? Find<T>(Exception? error)
        where T : Exception
    {
        for (; error is not null; error = error.InnerException)
        {
            if (error is T found)
                return found;
        }

        return null;
    }

    // Without the query, which may contain a token.
    private static string Shown(Uri url) => url.GetLeftPart(UriPartial.Path);

    [GeneratedRegex(@"status code '(\d{3})'", RegexOptions.CultureInvariant)]
    private static partial Regex StatusCodes();
}
