using Microsoft.Extensions.Options;
using Wsmq.Server.Authorization;
using Wsmq.Server.Lifecycle;
using Wsmq.Server.Revocation;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Keys;

internal sealed class WsmqApiKeys(
    IStore store, StartGate start, AccessWatch watch, IOptions<WsmqOptions> options, TimeProvider time) : IWsmqApiKeys
{
    private const int MaxNameLength = 64;

    // The last whole second of the year 9999: later times cannot be represented.
    private static readonly long LastSecond = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds() / 1000 * 1000;

    // Every node has read a revocation by then: one that could not rebuilds its copy without the key.
    private static readonly TimeSpan NewsLast = 2 * AccessWatch.LongestWithout;

    public async Task<WsmqNewApiKey> CreateAsync(
        string name, IReadOnlyCollection<string> scopes, DateTimeOffset? expires = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scopes);
        CheckName(name);
        KeyScopes.Check(scopes);
        var now = time.GetUtcNow();
        if (expires <= now)
            throw new WsmqException(WsmqErrors.InvalidMessage, "the key would have expired already");
        var text = KeyText.Create();
        var key = KeyRule.Of(text.Id, name, text.Secret, scopes, now.ToUnixTimeMilliseconds(), EndOf(expires));
        await WriteAsync(key.Rule, cancellationToken);
        return new WsmqNewApiKey(Read(key), text.ToString());
    }

    public async Task<IReadOnlyList<WsmqApiKey>> ListAsync(CancellationToken cancellationToken = default)
    {
        await start.WaitAsync(cancellationToken);
        await watch.RefreshAsync(cancellationToken);
        return [.. watch.Keys().Select(Read).OrderBy(k => k.Name, StringComparer.Ordinal).ThenBy(k => k.CreatedAt)];
    }

    public async Task<bool> RevokeAsync(string id, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(id);
        await start.WaitAsync(cancellationToken);
        await watch.RefreshAsync(cancellationToken);
        if (await watch.FindKeyAsync(id, cancellationToken) is not { Rule: var rule })
            return false;

        // First the connections and event streams: the second rule alone would leave those open.
        var news = (time.GetUtcNow() + NewsLast).ToUnixTimeMilliseconds();
        await store.Access.WriteAsync(new AccessRule(AccessRuleKind.Token, id, rule.At, news), int.MaxValue, cancellationToken);
        await WriteAsync(rule with { At = 0, Until = news }, cancellationToken);
        return true;
    }

    /// <summary>The key of a request; null if it is unknown, revoked or expired, or its secret is another one.</summary>
    /// <exception cref="WsmqException"><c>store-unavailable</c> or <c>stopping</c>.</exception>
    public async ValueTask<WsmqApiKey?> FindAsync(KeyText text, CancellationToken cancellationToken)
    {
        await start.WaitAsync(cancellationToken);
        return await watch.FindKeyAsync(text.Id, cancellationToken) is { } key && key.IsSecret(text.Secret)
            ? Read(key)
            : null;
    }

    private static WsmqApiKey Read(KeyRule key) => new()
    {
        Id = key.Id,
        Name = key.Name,
        Scopes = key.Scopes,
        CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(key.Rule.At),
        ExpiresAt = key.Rule.Until == AccessRule.Never ? null : DateTimeOffset.FromUnixTimeMilliseconds(key.Rule.Until),
    };

    // In whole seconds, which is how precisely the framework ends connections.
    private static long EndOf(DateTimeOffset? expires) => expires is { } time && time.ToUnixTimeMilliseconds() < LastSecond
        ? (time.ToUnixTimeMilliseconds() + 999) / 1000 * 1000
        : AccessRule.Never;

    private static void CheckName(string name)
    {
        if (name is not { Length: > 0 and <= MaxNameLength } || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
        {
            throw new WsmqException(
                WsmqErrors.InvalidMessage, $"the name of a key has 1 to {MaxNameLength} letters, digits, dots, dashes and underscores");
        }
    }

    private async Task WriteAsync(AccessRule rule, CancellationToken cancellationToken)
    {
        await start.WaitAsync(cancellationToken);
        await store.Access.WriteAsync(rule, options.Value.Access.MaxRules, cancellationToken);
        await watch.RefreshAsync(cancellationToken);
    }
}
