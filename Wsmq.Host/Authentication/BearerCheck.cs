using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.IdentityModel.Tokens;
using Wsmq.Host.Configuration;

namespace Wsmq.Host.Authentication;

/// <summary>Refuses a configuration that could accept no token, or that does not state whose tokens to accept.</summary>
internal static class BearerCheck
{
    private const string Section = "Authentication:Schemes:Bearer";

    /// <summary>Throws <see cref="HostRefusal"/>, whose message states what to configure.</summary>
    public static void Require(JwtBearerOptions options, string environment)
    {
        var parameters = options.TokenValidationParameters;
        if (options.ConfigurationManager is null && SigningKeys(parameters).Count == 0)
        {
            throw new HostRefusal(
                $"the environment is {environment}, and no token issuer is configured. Configure {Section}:Authority (the address of an "
                + $"OpenID Connect issuer) and {Section}:ValidAudiences, or {Section}:SigningKeys, each with an Issuer that "
                + $"{Section}:ValidIssuers names, and {Section}:ValidAudiences. The development key is accepted in the environment "
                + "Development only.");
        }

        if (parameters.ValidateAudience && parameters.ValidAudience is null && parameters.ValidAudiences?.Any() != true)
        {
            throw new HostRefusal(
                $"{Section}:ValidAudiences names no audience, so every token would be rejected. Set it to the audience (aud) that the "
                + "issuer puts into tokens for wsmq.");
        }
    }

    /// <summary>The configured keys. The framework uses a key only for an issuer that is valid as well.</summary>
    public static IReadOnlyList<SecurityKey> SigningKeys(TokenValidationParameters parameters)
    {
        try
        {
            return [.. parameters.IssuerSigningKeys ?? []];
        }
        catch (FormatException e)
        {
            throw new HostRefusal($"A Value under {Section}:SigningKeys is not base64.", e);
        }
    }
}
