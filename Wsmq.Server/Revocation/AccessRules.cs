
using Wsmq.Server.Stores;

namespace Wsmq.Server.Revocation;

/// <summary>The revocations and bans in memory, indexed for lookup by kind and name. Not thread-safe.</summary>
internal sealed class AccessRules
{
    private readonly Dictionary<(AccessRuleKind Kind, string Name), AccessRule> _rules = [];

    private readonly Dictionary<string, KeyRule> _keys = new(StringComparer.Ordinal);

    public int Count => _rules.Count;

    /// <summary>The API keys, revoked and expired ones included.</summary>
    public IEnumerable<KeyRule> Keys => _keys.Values;

    public void Add(AccessRule rule)
    {
        if (rule.Kind == AccessRuleKind.Key)
            _keys[KeyRule.IdOf(rule)] = KeyRule.Read(rule);
        else
            _rules[(rule.Kind, rule.Name)] = rule;
    }

    public KeyRule? FindKey(string id) => _keys.GetValueOrDefault(id);

    /// <summary>Removes expired rules.</summary>
    /// <param name="now">The current time, in milliseconds since 1970.</param>
    public void Purge(long now)
    {
        foreach (var (key, rule) in _rules)
        {
            if (rule.Until <= now)
                _rules.Remove(key);
        }

        foreach (var (id, key) in _keys)
        {
            if (key.Rule.Until <= now)
                _keys.Remove(id);
        }
    }

    public bool IsBanned(string user, long now) => Find(AccessRuleKind.Ban, user, now) is { } ban && ban.At > now;

    public bool IsDisconnected(string user, long now) => Find(AccessRuleKind.Disconnect, user, now) is not null;

    /// <summary>The error with which the rules refuse a subject; null if none applies.</summary>
    /// <param name="subject">The user and the claims of the token.</param>
    /// <param name="now">The current time, in milliseconds since 1970.</param>
    /// <param name="isOld">
    /// Whether the subject connected before these rules were written. Without an issue time, its token then counts as issued before
    /// them.
    /// </param>
    public WsmqError? Refusal(in AccessSubject subject, long now, bool isOld)
    {
        if (_rules.Count == 0)
            return null;
        if (IsBanned(subject.UserId, now))
            return WsmqErrors.Banned;
        foreach (var id in subject.TokenIds)
        {
            if (Find(AccessRuleKind.Token, id, now) is not null)
                return WsmqErrors.Revoked;
        }

        return IsBefore(AccessRuleKind.UserBefore, subject.UserId, subject.IssuedAt, now, isOld)
            || IsBefore(AccessRuleKind.AllBefore, string.Empty, subject.IssuedAt, now, isOld)
            ? WsmqErrors.Revoked
            : null;
    }

    private bool IsBefore(AccessRuleKind kind, string name, long? issuedAt, long now, bool isOld) =>
        Find(kind, name, now) is { } rule && (issuedAt is { } moment ? moment < rule.At : isOld);

    private AccessRule? Find(AccessRuleKind kind, string name, long now) =>
        _rules.TryGetValue((kind, name), out var rule) && rule.Until > now ? rule : null;
}
