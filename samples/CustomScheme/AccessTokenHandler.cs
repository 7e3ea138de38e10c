using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace CustomScheme;

/// <summary>The app's own function: the user whom a token belongs to, or null where it belongs to nobody.</summary>
internal delegate Task<string?> Verify(string token, CancellationToken cancellationToken);

/// <summary>
/// Asks the app's own function who is calling. The token comes in the header <c>x-access-token</c>, or for browsers, which
/// cannot set a header on a WebSocket, in the query of the hub's path.
/// </summary>
internal sealed class AccessTokenHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder, Verify verify)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public const string SchemeName = "x-access-token";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Token() is not { } token)
            return AuthenticateResult.NoResult();
        if (await verify(token, Context.RequestAborted) is not { } user)
            return AuthenticateResult.Fail("The token belongs to nobody.");

        // The name identifier is what SignalR takes for the user, and so what user:<id> means.
        var identity = new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, user)], SchemeName);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), SchemeName));
    }

    private string? Token()
    {
        if (Request.Headers[SchemeName] is [{ Length: > 0 } header])
            return header;
        return Request.Path.StartsWithSegments("/wsmq") && Request.Query["access_token"] is [{ Length: > 0 } query] ? query : null;
    }
}
