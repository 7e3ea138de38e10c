using Microsoft.Extensions.Options;
using Wsmq.Server.Authorization;
using Wsmq.Server.Lifecycle;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Revocation;

internal sealed class WsmqAccess(
    IStore store, StartGate start, AccessWatch watch, IOptions<WsmqOptions> options, TimeProvider time) : IWsmqAccess
{
    private const int MaxTokenIdLength = 512;

    // A validator accepts an expired token for a while, to tolerate clock skew: five minutes by default.
    private static readonly TimeSpan PastExpiry = TimeSpan.FromMinutes(10);

    // A node that could not read the rules for LongestWithout rebuilds its copy (AccessWatch): no node needs older changes.
    private static readonly TimeSpan NewsLast = 2 * AccessWatch.LongestWithout;

    private WsmqAccessOptions Options => options.Value.Access;

    private DateTimeOffset Now => time.GetUtcNow();

    public Task RevokeTokenAsync(string tokenId, DateTimeOffset? expires = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(tokenId);
        if (tokenId.Length > MaxTokenIdLength)
            throw new ArgumentException($"The token id must have at most {MaxTokenIdLength} characters.", nameof(tokenId));
        var last = expires is { } known && known > Now ? known : expires is null ? Now + Options.MaxTokenLifetime : Now;
        return WriteAsync(new AccessRule(AccessRuleKind.Token, tokenId, Ms(Now), End(last, PastExpiry)), cancellationToken);
    }

    public Task RevokeUserTokensAsync(string userId, DateTimeOffset? issuedBefore = null, CancellationToken cancellationToken = default) =>
        WriteAsync(Before(AccessRuleKind.UserBefore, User(userId), issuedBefore), cancellationToken);

    public Task RevokeAllTokensAsync(DateTimeOffset? issuedBefore = null, CancellationToken cancellationToken = default) =>
        WriteAsync(Before(AccessRuleKind.AllBefore, string.Empty, issuedBefore), cancellationToken);

    public Task DisconnectAsync(string userId, CancellationToken cancellationToken = default) =>
        WriteAsync(new AccessRule(AccessRuleKind.Disconnect, User(userId), Ms(Now), End(Now, NewsLast)), cancellationToken);

    public Task BanAsync(string userId, DateTimeOffset? until = null, CancellationToken cancellationToken = default) =>
        WriteAsync(Ban(userId, until ?? DateTimeOffset.MaxValue), cancellationToken);

    public Task UnbanAsync(string userId, CancellationToken cancellationToken = default) =>
        WriteAsync(Ban(userId, Now), cancellationToken);

    public async Task<bool> IsBannedAsync(string userId, CancellationToken cancellationToken = default)
    {
        var user = User(userId);
        await start.WaitAsync(cancellationToken);
        await watch.RefreshAsync(cancellationToken);
        return watch.IsBanned(user);
    }

    private AccessRule Before(AccessRuleKind kind, string name, DateTimeOffset? issuedBefore)
    {
        var moment = issuedBefore is { } asked && asked < Now ? asked : Now;
        return new AccessRule(kind, name, Math.Max(0, Ms(moment)), End(moment, Options.MaxTokenLifetime + PastExpiry));
    }

    private AccessRule Ban(string userId, DateTimeOffset end) =>
        new(AccessRuleKind.Ban, User(userId), Math.Max(0, Ms(end)), End(end > Now ? end : Now, NewsLast));

    private async Task WriteAsync(AccessRule rule, CancellationToken cancellationToken)
    {
        await start.WaitAsync(cancellationToken);
        await store.Access.WriteAsync(rule, Options.MaxRules, cancellationToken);

        // The change signal reaches this node as well, but the rule must be in force here when the call returns.
        await watch.RefreshAsync(cancellationToken);
    }

    private string User(string id) => Options.Judge(WsmqAddress.User(id)).Name;

    private static long Ms(DateTimeOffset moment) => moment.ToUnixTimeMilliseconds();

    private static long End(DateTimeOffset moment, TimeSpan extra) =>
        DateTimeOffset.MaxValue - moment > extra ? Ms(moment + extra) : AccessRule.Never;
}
