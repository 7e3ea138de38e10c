namespace Wsmq.Server.Logs;

/// <summary>What a rule is about. The letters stand in the stores.</summary>
internal enum AccessRuleKind
{
    /// <summary>One token is revoked; the name is its id.</summary>
    Token = 't',

    /// <summary>The tokens of one user from before a moment are revoked; the name is the user.</summary>
    UserBefore = 'u',

    /// <summary>All tokens from before a moment are revoked; the name is empty.</summary>
    AllBefore = 'a',

    /// <summary>A user is banned; the name is the user.</summary>
    Ban = 'b',

    /// <summary>A user's connections are closed, once; the name is the user.</summary>
    Disconnect = 'd',
}

/// <summary>Somebody is kept out. Times are in milliseconds since 1970.</summary>
/// <param name="Kind">What it is about.</param>
/// <param name="Name">Whom it is about.</param>
/// <param name="At">
/// Of revocations before a moment that moment; of a ban its end, which may lie in the past: nodes have to hear of that, too;
/// otherwise when it was made.
/// </param>
/// <param name="Until">When the store forgets it.</param>
/// <param name="Version">Given by the store, rising with every change.</param>
internal sealed record AccessRule(AccessRuleKind Kind, string Name, long At, long Until, long Version = 0)
{
    /// <summary>The largest number that Redis's scores and Lua hold exactly.</summary>
    public const long Never = (1L << 53) - 1;

    /// <summary>Neither the moment nor the end goes back: what was revoked once stays so.</summary>
    public bool OnlyGrows => Kind is AccessRuleKind.Token or AccessRuleKind.UserBefore or AccessRuleKind.AllBefore;
}

/// <summary>A part of the rules.</summary>
/// <param name="Version">The store's newest version.</param>
/// <param name="Rules">In the order of their versions.</param>
internal sealed record AccessPage(long Version, IReadOnlyList<AccessRule> Rules);
