using System.Globalization;
using System.Security.Claims;

namespace Wsmq.Server.Access;

/// <summary>What rules can be about: a user, and the claims of the token that the connection came with.</summary>
/// <param name="UserId">The user's identifier.</param>
/// <param name="TokenIds">Usually one; a principal may be put together from several identities.</param>
/// <param name="IssuedAt">In milliseconds since 1970, the oldest where there are several; null where no claim says it.</param>
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

    // A JWT counts seconds, perhaps with a fraction; other schemes may write a date.
    private static long? Moment(string text)
    {
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds))
            return Math.Abs(seconds) < 1e12 ? (long)(seconds * 1000) : null;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment)
            ? moment.ToUnixTimeMilliseconds()
            : null;
    }
}
