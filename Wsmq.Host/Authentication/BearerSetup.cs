using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.IdentityModel.Logging;
using Microsoft.IdentityModel.Tokens;
using Wsmq.Host.Configuration;

namespace Wsmq.Host.Authentication;

/// <summary>Bearer tokens: the framework's standard section, and what the host adds to it.</summary>
internal static class BearerSetup
{
    private const string Section = "Authentication:Schemes:Bearer";

    public static void AddBearer(this WebApplicationBuilder builder, HostSettings settings)
    {
        // The defaults, set again because either would write tokens into logs.
        IdentityModelEventSource.ShowPII = false;
        IdentityModelEventSource.LogCompleteSecurityArtifact = false;

        var developmentKey = builder.Environment.IsDevelopment() ? DevelopmentKey.LoadOrCreate(settings.DataFolder) : null;
        if (developmentKey is null)
            RequireIssuer(builder.Configuration.GetSection(Section), builder.Environment.EnvironmentName);

        builder.Services.AddAuthentication().AddJwtBearer();
        builder.Services.AddAuthorization();
        builder.Services.PostConfigure<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme, options =>
        {
            AcceptInQuery(options, settings.Path);
            if (settings.Tokens.DecryptionKeyBytes is { } decryption)
                options.TokenValidationParameters.TokenDecryptionKey = new SymmetricSecurityKey(decryption);
            if (developmentKey is not null)
                Accept(options, developmentKey);
        });
    }

    /// <summary>Whether tokens of any audience would be let in: worth a word at the start.</summary>
    public static bool AcceptsAnyAudience(JwtBearerOptions options) => !options.TokenValidationParameters.ValidateAudience;

    private static void RequireIssuer(IConfigurationSection bearer, string environment)
    {
        if (!string.IsNullOrEmpty(bearer["Authority"]))
            return;
        var issuers = bearer.GetSection("ValidIssuers").GetChildren().Select(issuer => issuer.Value).Append(bearer["ValidIssuer"]).ToHashSet();
        var keys = bearer.GetSection("SigningKeys").GetChildren().ToList();
        if (keys.Count == 0)
        {
            throw new HostRefusal($"""
                The environment is {environment}, and nothing says whose tokens to accept. Configure {Section}:Authority (an OpenID Connect issuer) and ValidAudiences, or SigningKeys with ValidIssuer and ValidAudiences; as environment variables for example {Section.Replace(":", "__", StringComparison.Ordinal)}__Authority=https://login.example.test. The key for development is accepted in the environment Development only.
                """);
        }

        // The framework takes a key only for its issuer, and only an issuer that is valid: without a pair no token could ever pass.
        if (!keys.Any(key => key["Issuer"] is { Length: > 0 } issuer && issuers.Contains(issuer)))
            throw new HostRefusal($"No key under {Section}:SigningKeys has an Issuer that {Section}:ValidIssuer or ValidIssuers names: no token could be accepted.");
    }

    // Browsers cannot set a header on a WebSocket. On every other path a token in the query is only a token in somebody's log.
    private static void AcceptInQuery(JwtBearerOptions options, string hubPath)
    {
        options.Events ??= new JwtBearerEvents();
        var next = options.Events.OnMessageReceived;
        options.Events.OnMessageReceived = context =>
        {
            if (context.Request.Path.StartsWithSegments(hubPath) && context.Request.Query["access_token"] is [{ Length: > 0 } token])
                context.Token = token;
            return next(context);
        };
    }

    private static void Accept(JwtBearerOptions options, byte[] developmentKey)
    {
        var parameters = options.TokenValidationParameters;
        var configuredKeys = parameters.IssuerSigningKeys?.ToList() ?? [];
        var configured = options.Authority is not null || configuredKeys.Count > 0;
        parameters.IssuerSigningKeys = [.. configuredKeys, new SymmetricSecurityKey(developmentKey)];
        parameters.ValidIssuers = [.. parameters.ValidIssuers ?? [], DevelopmentKey.Issuer];
        parameters.ValidAudiences = [.. parameters.ValidAudiences ?? [], DevelopmentKey.Audience];
        parameters.ValidateIssuer = true;
        // An issuer of the developer's own, configured without an audience, keeps working as it does outside Development.
        parameters.ValidateAudience |= !configured;
    }
}
