using System.Globalization;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Wsmq.Server.Authorization;

namespace Wsmq.Server.Keys;

/// <summary>Authenticates requests by API key. Neither a key nor its hash is in any message.</summary>
internal sealed class ApiKeyHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, WsmqApiKeys keys,
    IOptions<WsmqOptions> wsmq)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    private bool _isUnknown;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (!KeyText.IsIn(Request))
            return AuthenticateResult.NoResult();
        if (!KeyText.TryRead(Request, out var text))
            return AuthenticateResult.Fail("The API key is malformed, or there are two credentials.");
        try
        {
            return await keys.FindAsync(text, Context.RequestAborted) is { } key
                ? AuthenticateResult.Success(TicketOf(key))
                : AuthenticateResult.Fail("The API key is unknown, expired or revoked.");
        }
        catch (WsmqException e)
        {
            // A program that gets 401 gives up.
            _isUnknown = true;
            return AuthenticateResult.Fail(e);
        }
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.StatusCode = _isUnknown ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status401Unauthorized;
        if (!_isUnknown)
            Response.Headers.WWWAuthenticate = "Bearer";
        return Task.CompletedTask;
    }

    private AuthenticationTicket TicketOf(WsmqApiKey key)
    {
        var access = wsmq.Value.Access;
        var identity = KeyIdentity.Create(key.UserId, key.Scopes,
        [
            new Claim(access.TokenIdClaim, key.Id),
            new Claim(access.IssuedAtClaim, (key.CreatedAt.ToUnixTimeMilliseconds() / 1000.0).ToString("F3", CultureInfo.InvariantCulture)),
        ]);

        // Connections and event streams end then.
        return new AuthenticationTicket(
            new ClaimsPrincipal(identity), new AuthenticationProperties { ExpiresUtc = key.ExpiresAt }, Scheme.Name);
    }
}
