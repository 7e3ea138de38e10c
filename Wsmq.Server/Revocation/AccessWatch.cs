using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Wsmq.Server.Concurrency;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Framing;
using Wsmq.Server.Lifecycle;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Revocation;

/// <summary>
/// Holds the node's copy of the access rules (revocations and bans) in the store, and closes the connections that new rules match.
/// Reads new rules on every change signal, and also at a fixed interval, because a signal may be lost.
/// </summary>
internal sealed class AccessWatch(
    IStore store, AccessEnforcer enforcer, IOptions<WsmqOptions> options, TimeProvider time, ILogger<AccessWatch> logger) : INodePart
{
    private const int PageSize = 1_000;

    /// <summary>After this time without a successful read, the next read rebuilds the copy from all rules.</summary>
    public static readonly TimeSpan LongestWithout = TimeSpan.FromMinutes(30);

    private static readonly TimeSpan PurgePeriod = TimeSpan.FromMinutes(1);

    private readonly BackgroundLoop _loop = new(time);
    private readonly SemaphoreSlim _reading = new(1, 1);
    private readonly Lock _lock = new();
    private AccessRules _rules = new();

    // Of the newest rule that is enforced. Guarded by _reading.
    private long _version;
    private long _purged;

    // The timestamp at which the last successful read began; 0 before the first one.
    private long _readAt;

    private WsmqAccessOptions Options => options.Value.Access;

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Reads the rules for the first time, then starts the loop that keeps them up to date.</summary>
    /// <exception cref="WsmqException"><c>store-unavailable</c>.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        store.Access.Changed += _loop.Wake;
        store.Signals.Restored += _loop.Wake;
        await RefreshAsync(cancellationToken);
        _loop.Start(RefreshAsync, () => Options.CheckInterval, (e, delay) => Log.AccessCheckFailed(logger, e, delay));
    }

    public Task StopAsync()
    {
        store.Access.Changed -= _loop.Wake;
        store.Signals.Restored -= _loop.Wake;
        return _loop.StopAsync();
    }

    public bool IsBanned(string user)
    {
        lock (_lock)
            return _rules.IsBanned(user, Now);
    }

    /// <summary>
    /// Checks a connection against the rules. The connection must already be in the connection registry: a rule that this node has
    /// not read yet then closes it when the rule is read.
    /// </summary>
    /// <exception cref="WsmqException">
    /// <c>revoked</c>, <c>banned</c>, or <c>store-unavailable</c> if the copy is outdated and cannot be refreshed.
    /// </exception>
    public async ValueTask AdmitAsync(WsmqCaller caller, CancellationToken cancellationToken)
    {
        if (!IsFresh())
            await ReadAsync(force: false, cancellationToken);
        var subject = AccessSubject.Of(caller.UserId, caller.Principal, Options);
        lock (_lock)
        {
            if (_rules.Refusal(subject, Now, isOld: false) is { } error)
                throw new WsmqException(error);
        }
    }

    /// <summary>The API key with an id, as this node knows it; null if it is unknown, revoked or expired.</summary>
    /// <exception cref="WsmqException"><c>store-unavailable</c> if the copy is outdated and cannot be refreshed.</exception>
    public async ValueTask<KeyRule?> FindKeyAsync(string id, CancellationToken cancellationToken)
    {
        if (!IsFresh())
            await ReadAsync(force: false, cancellationToken);
        lock (_lock)
            return _rules.FindKey(id) is { } key && key.IsValid(Now) ? key : null;
    }

    /// <summary>The API keys that are valid now, as this node knows them.</summary>
    public KeyRule[] Keys()
    {
        lock (_lock)
            return [.. _rules.Keys.Where(key => key.IsValid(Now))];
    }

    /// <summary>Reads the rules that the store has now, and applies them.</summary>
    /// <exception cref="WsmqException"><c>store-unavailable</c>.</exception>
    public Task RefreshAsync(CancellationToken cancellationToken) => ReadAsync(force: true, cancellationToken);

    private bool IsFresh()
    {
        var readAt = Volatile.Read(ref _readAt);
        return readAt != 0 && time.GetElapsedTime(readAt) < 2 * Options.CheckInterval;
    }

    private async Task ReadAsync(bool force, CancellationToken cancellationToken)
    {
        await _reading.WaitAsync(cancellationToken);
        try
        {
            // Another connect may have refreshed the copy while this one waited for the semaphore.
            if (!force && IsFresh())
                return;
            var began = time.GetTimestamp();
            var renew = _readAt != 0 && time.GetElapsedTime(_readAt) > LongestWithout;
            var (version, found) = await ReadAllAsync(renew ? 0 : _version, cancellationToken);
            if (version < _version && !renew)
            {
                // The store went back to an earlier state and lost its newest versions. The rules that this node knows stay in
                // force: refusing one connection too many is safer than one too few.
                (version, found) = await ReadAllAsync(0, cancellationToken);
            }

            Apply(version, found, renew);
            Volatile.Write(ref _readAt, began);
        }
        finally
        {
            _reading.Release();
        }
    }

    private async Task<(long Version, List<AccessRule> Rules)> ReadAllAsync(long after, CancellationToken cancellationToken)
    {
        var all = new List<AccessRule>();
        while (true)
        {
            var page = await store.Access.ReadAsync(after, PageSize, cancellationToken);
            all.AddRange(page.Rules);
            if (page.Rules.Count < PageSize)
                return (page.Version, all);
            after = page.Rules[^1].Version;
        }
    }

    private void Apply(long version, List<AccessRule> found, bool renew)
    {
        var news = new AccessRules();
        lock (_lock)
        {
            if (renew)
                _rules = new AccessRules();
            foreach (var rule in found)
            {
                _rules.Add(rule);
                if (rule.Version > _version || version < _version)
                    news.Add(rule);
            }

            if (_purged == 0 || time.GetElapsedTime(_purged) > PurgePeriod)
            {
                _purged = time.GetTimestamp();
                _rules.Purge(Now);
            }
        }

        // Only after the rules are in place: a client that connects from now on is refused by its own check.
        if (news.Count > 0)
            enforcer.Enforce(news, Now);

        // Last: rules that could not be enforced are read again.
        _version = version;
    }
}
