using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Devices;

/// <summary>
/// Stands for what issues tokens to devices and operators. The key is new at each start; the lifetime is short, and devices ask for a new
/// token at each connection.
/// </summary>
internal sealed class DemoTokens
{
    public const string Device = "device";
    public const string Operator = "operator";
    private const string Name = "devices-sample";
    private readonly SymmetricSecurityKey _key = new(RandomNumberGenerator.GetBytes(32));

    public TokenValidationParameters Validation => new() { ValidIssuer = Name, ValidAudience = Name, IssuerSigningKey = _key };

    public string Issue(string user, string role) => new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
    {
        Issuer = Name,
        Audience = Name,
        Subject = new ClaimsIdentity([new Claim(JwtRegisteredClaimNames.Sub, user), new Claim("role", role)]),
        Expires = DateTime.UtcNow.AddHours(1),
        SigningCredentials = new SigningCredentials(_key, SecurityAlgorithms.HmacSha256),
    });
}
