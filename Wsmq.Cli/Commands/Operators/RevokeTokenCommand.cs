using System.CommandLine;
using Wsmq.Cli.Connecting;

namespace Wsmq.Cli.Commands.Operators;

/// <summary><c>wsmq token revoke</c>: revokes one token by its id.</summary>
internal static class RevokeTokenCommand
{
    public static Command Create()
    {
        var token = new IdArgument("id") { Description = "The id of the token (the claim jti), not the token." };
        var expires = PointInTime.Option("--expires",
            "When the token expires: until then it stays revoked. Without it for the server's usual time.");
        return ApiVerb.Create("revoke", "Revokes one token by its id, for operators.", ApiVerb.OneValue, async call =>
        {
            await call.Api.RevokeTokenAsync(call.Result.GetRequiredValue(token), call.Result.GetValue(expires), call.Stop);
            return call.Print(new { Revoked = true }, "revoked");
        }, token, expires);
    }
}
