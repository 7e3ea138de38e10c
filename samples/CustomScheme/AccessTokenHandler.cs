using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace CustomScheme;

/// <summary>The app's own verification: returns the user that the token belongs to, or null if it is not valid.</summary>
internal delegate Task<string?> Verify(string token, CancellationToken cancellationToken);

/// <summary>
/// Authenticates with the app's own verification. The token is sent in the header <c>x-access-token</c>, or by browsers, which cannot
/// set a header on a WebSocket, in the query of the hub's path.
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
            return AuthenticateResult.Fail("The token is not valid for any user.");

        // SignalR takes the name identifier as the user, so it is the id in user:<id>.
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
