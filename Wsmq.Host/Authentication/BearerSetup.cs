using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.IdentityModel.Logging;
using Microsoft.IdentityModel.Tokens;
using Wsmq.Development;
using Wsmq.Host.Configuration;

namespace Wsmq.Host.Authentication;

/// <summary>Bearer tokens: the framework's standard configuration section, and what the host adds to it.</summary>
internal static class BearerSetup
{
    public static void AddBearer(this WebApplicationBuilder builder, HostSettings settings)
    {
        // These are the defaults. They are set explicitly because either of them, switched on, would write tokens into logs.
        IdentityModelEventSource.ShowPII = false;
        IdentityModelEventSource.LogCompleteSecurityArtifact = false;

        var developmentKey = builder.Environment.IsDevelopment() ? DevelopmentKey.LoadOrCreate(settings.DataFolder) : null;

        // Requests without an API key go to the bearer scheme.
        builder.Services.AddAuthentication(WsmqApiKeyExtensions.Scheme)
            .AddJwtBearer().AddWsmqApiKeys(JwtBearerDefaults.AuthenticationScheme);
        builder.Services.AddAuthorization();
        builder.Services.PostConfigure<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme, options =>
        {
            if (settings.Tokens.DecryptionKeyBytes is { } decryption)
                options.TokenValidationParameters.TokenDecryptionKey = new SymmetricSecurityKey(decryption);
            if (developmentKey is not null)
                Accept(options, developmentKey);
        });
    }

    private static void Accept(JwtBearerOptions options, byte[] developmentKey)
    {
        var parameters = options.TokenValidationParameters;
        parameters.IssuerSigningKeys = [.. BearerCheck.SigningKeys(parameters), new SymmetricSecurityKey(developmentKey)];
        parameters.ValidIssuers = [.. parameters.ValidIssuers ?? [], DevelopmentKey.Issuer];
        parameters.ValidAudiences = [.. parameters.ValidAudiences ?? [], DevelopmentKey.Audience];
        parameters.ValidateIssuer = true;
        parameters.ValidateAudience = true;
    }
}
