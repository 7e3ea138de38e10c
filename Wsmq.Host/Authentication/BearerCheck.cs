using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.IdentityModel.Tokens;
using Wsmq.Host.Configuration;

namespace Wsmq.Host.Authentication;

/// <summary>Refuses a configuration with which no token could ever be accepted, or nobody said whose tokens are.</summary>
internal static class BearerCheck
{
    private const string Section = "Authentication:Schemes:Bearer";

    /// <summary>Throws <see cref="HostRefusal"/> with what to configure.</summary>
    public static void Require(JwtBearerOptions options, string environment)
    {
        var parameters = options.TokenValidationParameters;
        if (options.ConfigurationManager is null && SigningKeys(parameters).Count == 0)
        {
            throw new HostRefusal(
                $"the environment is {environment}, and nothing says whose tokens to accept. Configure {Section}:Authority (the address of an "
                + $"OpenID Connect issuer) and {Section}:ValidAudiences, or {Section}:SigningKeys, each with an Issuer that "
                + $"{Section}:ValidIssuers names, and {Section}:ValidAudiences. The key for development is accepted in the environment "
                + "Development only.");
        }

        if (parameters.ValidateAudience && parameters.ValidAudience is null && parameters.ValidAudiences?.Any() != true)
            throw new HostRefusal($"{Section}:ValidAudiences names no audience, so that no token could be accepted. Name the one that the issuer puts into tokens for wsmq.");
    }

    /// <summary>The keys of the configuration; the framework takes one only for an issuer that is valid too.</summary>
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
