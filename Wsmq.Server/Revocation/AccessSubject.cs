using System.Globalization;
using System.Security.Claims;

namespace Wsmq.Server.Revocation;

/// <summary>What access rules match: a user, and the claims of the token that authenticated the connection.</summary>
/// <param name="UserId">The user's identifier.</param>
/// <param name="TokenIds">The ids of the tokens. Usually one; a principal may combine several identities.</param>
/// <param name="IssuedAt">The issue time, in milliseconds since 1970: the oldest of several, null without such a claim.</param>
internal readonly record struct AccessSubject(string UserId, IReadOnlyList<string> TokenIds, long? IssuedAt)
{
    public static AccessSubject Of(string userId, ClaimsPrincipal? principal, WsmqAccessOptions options)
    {
        if (principal is null)
            return new AccessSubject(userId, [], null);
        var ids = principal.FindAll(options.TokenIdClaim).Select(c => c.Value).ToArray();
        var issued = principal.FindAll(options.IssuedAtClaim).Select(c => Moment(c.Value)).Min();
        return new AccessSubject(userId, ids, issued);
    }

    // A JWT states seconds, possibly with a fraction; other authentication schemes may use a date.
    private static long? Moment(string text)
    {
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds))
            return Math.Abs(seconds) < 1e12 ? (long)(seconds * 1000) : null;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment)
            ? moment.ToUnixTimeMilliseconds()
            : null;
    }
}
