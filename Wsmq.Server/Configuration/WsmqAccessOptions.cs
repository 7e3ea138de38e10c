namespace Wsmq;

/// <summary>How tokens and users are kept out: see <see cref="IWsmqAccess"/>.</summary>
public sealed class WsmqAccessOptions
{
    /// <summary>The claim that tells one token from another. Default <c>jti</c>.</summary>
    public string TokenIdClaim { get; set; } = "jti";

    /// <summary>The claim that says when the token was issued: in seconds since 1970, or as a date. Default <c>iat</c>.</summary>
    public string IssuedAtClaim { get; set; } = "iat";

    /// <summary>
    /// The longest life of a token that the app accepts: for so long a revocation is kept where nobody says when the token
    /// expires. Default 30 days; 1 minute to 10 years.
    /// </summary>
    public TimeSpan MaxTokenLifetime { get; set; } = TimeSpan.FromDays(30);

    /// <summary>
    /// Whether the identity provider vouches for user identifiers, so that those that look like others, or are not in NFKC, are let
    /// through as they are. What cannot be seen is refused in any case. Switch it on only where nobody who grants access goes by how an
    /// identifier looks. Default false: they are judged like the names of groups.
    /// </summary>
    public bool VouchedUserIdentifiers { get; set; }

    /// <summary>How many revocations and bans may be in force; each node holds them in memory, about 200 bytes each. Default 100,000; 100 to 1,000,000.</summary>
    public int MaxRules { get; set; } = 100_000;

    /// <summary>How often a node asks the store for new ones, in case it was not told of them. Default 1 second; 100 ms to 1 minute.</summary>
    public TimeSpan CheckInterval { get; set; } = TimeSpan.FromSeconds(1);
}
