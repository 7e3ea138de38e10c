using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace EmbeddedJwt;

/// <summary>Stands for the identity that an app already has. The key is new at each start: a restart invalidates all tokens.</summary>
internal sealed class DemoTokens
{
    private const string Name = "embedded-jwt-sample";
    private readonly SymmetricSecurityKey _key = new(RandomNumberGenerator.GetBytes(32));

    public TokenValidationParameters Validation => new() { ValidIssuer = Name, ValidAudience = Name, IssuerSigningKey = _key };

    public string Issue(string user) => new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
    {
        Issuer = Name,
        Audience = Name,
        Subject = new ClaimsIdentity([new Claim(JwtRegisteredClaimNames.Sub, user)]),
        Expires = DateTime.UtcNow.AddHours(1),
        SigningCredentials = new SigningCredentials(_key, SecurityAlgorithms.HmacSha256),
    });
}
