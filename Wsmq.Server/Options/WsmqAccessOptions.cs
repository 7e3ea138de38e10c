namespace Wsmq;

/// <summary>Options for revoking tokens and banning users: see <see cref="IWsmqAccess"/>.</summary>
public sealed class WsmqAccessOptions
{
    /// <summary>The claim that identifies a token. Default <c>jti</c>; not empty.</summary>
    public string TokenIdClaim { get; set; } = "jti";

    /// <summary>The claim that states the issue time of a token: seconds since 1970, or a date. Default <c>iat</c>; not empty.</summary>
    public string IssuedAtClaim { get; set; } = "iat";

    /// <summary>
    /// The longest lifetime of a token that the app accepts. A revocation is stored for this time if the expiry of the token is not
    /// given. Default 30 days; 1 minute to 10 years.
    /// </summary>
    public TimeSpan MaxTokenLifetime { get; set; } = TimeSpan.FromDays(30);

    /// <summary>
    /// Whether user identifiers that look like others, or are not in Unicode normalization form NFKC, are accepted unchanged, because the
    /// identity provider guarantees that they cannot be confused. Identifiers with invisible characters are refused in any case. Set it
    /// only if no person grants access by the look of an identifier. Default false: user identifiers follow the same rules as the names
    /// of groups, and connections of other users are refused with <c>invalid-user-identifier</c>.
    /// </summary>
    public bool AllowLookAlikeUserIdentifiers { get; set; }

    /// <summary>
    /// The maximum number of revocations and bans in force; a disconnect or an unban counts for about an hour as well. Each node holds all
    /// of them in memory, at about 200 bytes each. Default 100,000; 100 to 1,000,000.
    /// </summary>
    public int MaxRules { get; set; } = 100_000;

    /// <summary>
    /// The interval at which a node reads new revocations and bans from the store, in case a change signal was lost. Default 1 second;
    /// 100 ms to 1 minute.
    /// </summary>
    public TimeSpan CheckInterval { get; set; } = TimeSpan.FromSeconds(1);
}
