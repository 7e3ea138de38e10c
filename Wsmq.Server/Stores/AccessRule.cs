namespace Wsmq.Server.Stores;

/// <summary>The kind of an access rule. The letters are the values in the stores.</summary>
internal enum AccessRuleKind
{
    /// <summary>One token is revoked; the name is its id.</summary>
    Token = 't',

    /// <summary>The tokens of one user issued before a time are revoked; the name is the user.</summary>
    UserBefore = 'u',

    /// <summary>All tokens issued before a time are revoked; the name is empty.</summary>
    AllBefore = 'a',

    /// <summary>A user is banned; the name is the user.</summary>
    Ban = 'b',

    /// <summary>A user's connections are closed, once; the name is the user.</summary>
    Disconnect = 'd',

    /// <summary>An API key is accepted; the name is the key as it is stored, without its secret. See <c>KeyRule</c>.</summary>
    Key = 'k',
}

/// <summary>Refuses tokens or users, or accepts an API key. Times are in milliseconds since 1970.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Name">The id of the token, the user, or empty; see <see cref="AccessRuleKind"/>.</param>
/// <param name="At">
/// UserBefore and AllBefore: the cutoff. Ban: its end, possibly in the past (an unban, of which the nodes have to be notified too).
/// Key: its creation; 0 once it is revoked, of which the nodes have to be notified too. Otherwise: the creation time.
/// </param>
/// <param name="Until">When the store deletes it.</param>
/// <param name="Version">Assigned by the store, rising with every change.</param>
internal sealed record AccessRule(AccessRuleKind Kind, string Name, long At, long Until, long Version = 0)
{
    /// <summary>The largest integer that Redis scores and Lua represent exactly.</summary>
    public const long Never = (1L << 53) - 1;

    /// <summary>Neither the cutoff nor the end moves back: a revocation is never undone.</summary>
    public bool OnlyGrows => Kind is AccessRuleKind.Token or AccessRuleKind.UserBefore or AccessRuleKind.AllBefore;
}

/// <summary>A page of the rules.</summary>
/// <param name="Version">The newest version in the store.</param>
/// <param name="Rules">The rules, in the order of their versions.</param>
internal sealed record AccessPage(long Version, IReadOnlyList<AccessRule> Rules);
