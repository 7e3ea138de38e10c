using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Wsmq.Tests.Support;

/// <summary>Real tokens, signed with a key created for this test run.</summary>
internal static class TestTokens
{
    public const string Issuer = "wsmq-tests";
    public const string Audience = "wsmq";

    public static SymmetricSecurityKey Key { get; } = new(RandomNumberGenerator.GetBytes(32));

    public static TokenValidationParameters Validation => new()
    {
        ValidIssuer = Issuer,
        ValidAudience = Audience,
        IssuerSigningKey = Key,
        ClockSkew = TimeSpan.Zero,
    };

    /// <summary>A token with an id (jti), and with a time of issue (iat) unless that is null.</summary>
    public static string Issued(string user, string id, DateTimeOffset? at)
    {
        var claims = new Dictionary<string, object> { ["sub"] = user, ["jti"] = id };
        if (at is { } moment)
            claims["iat"] = moment.ToUnixTimeSeconds();
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Issuer,
            Audience = Audience,
            Expires = DateTime.UtcNow + TimeSpan.FromHours(1),
            Claims = claims,
            SigningCredentials = new SigningCredentials(Key, SecurityAlgorithms.HmacSha256),
        });
    }

    public static string For(string? user, string audience = Audience, TimeSpan? lifetime = null, SecurityKey? key = null)
    {
        var expires = DateTime.UtcNow + (lifetime ?? TimeSpan.FromHours(1));
        return new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Issuer,
            Audience = audience,
            NotBefore = expires - TimeSpan.FromHours(2),
            IssuedAt = expires - TimeSpan.FromHours(2),
            Expires = expires,
            Subject = new ClaimsIdentity(user is null ? [] : [new Claim("sub", user)]),
            SigningCredentials = new SigningCredentials(key ?? Key, SecurityAlgorithms.HmacSha256),
        });
    }
}
