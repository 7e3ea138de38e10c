using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Wsmq.Testing;

/// <summary>Trusts the user in the query: authentication is tested elsewhere, and the cost of real tokens is not measured.</summary>
public sealed class QueryAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    /// <summary>The scheme.</summary>
    public const string SchemeName = "query";
    /// <summary>The query value with the user's identifier.</summary>
    public const string Parameter = "user";

    /// <summary>The query value, and the claim, with the id of the token, which can be revoked.</summary>
    public const string TokenId = "jti";

    /// <summary>Leaves the parameters to this scheme: the HTTP API refuses those that it does not know.</summary>
    /// <param name="names">The parameters of the app.</param>
    public static void Declare(IList<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        names.Add(Parameter);
        names.Add(TokenId);
    }

    /// <inheritdoc/>
    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Request.Query[Parameter] is not [{ Length: > 0 } user])
            return Task.FromResult(AuthenticateResult.NoResult());
        var claims = new List<Claim> { new(ClaimTypes.NameIdentifier, user) };
        if (Request.Query[TokenId] is [{ Length: > 0 } token])
            claims.Add(new Claim(TokenId, token));
        var identity = new ClaimsIdentity(claims, SchemeName);
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), SchemeName)));
    }
}
