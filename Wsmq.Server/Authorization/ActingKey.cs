namespace Wsmq.Server.Authorization;

/// <summary>Tells which API key a caller has used.</summary>
internal static class ActingKey
{
    /// <summary>The id of the key, which is no secret; null without a key. Claims of other identities do not count.</summary>
    public static string? IdOf(WsmqCaller caller, WsmqAccessOptions access)
    {
        foreach (var identity in caller.Principal.Identities)
        {
            if (identity.AuthenticationType == KeyIdentity.Scheme)
                return identity.FindFirst(access.TokenIdClaim)?.Value;
        }

        return null;
    }
}
