using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Logs;

namespace Wsmq.Server.Access;

/// <summary>
/// Knows who is kept out: holds a copy of the store's rules, asks for new ones whenever somebody says that there are some, and
/// once in an interval because that may not be heard, and closes the connections that new ones are about.
/// </summary>
internal sealed class AccessWatch(
    IStore store, LiveConnections live, IOptions<WsmqOptions> options, TimeProvider time, ILogger<AccessWatch> logger)
{
    private const int PageSize = 1_000;

    /// <summary>After so long without an answer of the store the copy is made anew.</summary>
    public static readonly TimeSpan LongestWithout = TimeSpan.FromMinutes(30);

    private static readonly TimeSpan PurgePeriod = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _reading = new(1, 1);
    private readonly Lock _lock = new();
    private readonly WakeUp _wake = new();
    private Task _loop = Task.CompletedTask;
    private AccessRules _rules = new();
    private long _version;
    private long _purged;

    // Of the beginning of the last reading that succeeded; 0 before the first.
    private long _readAt;

    private WsmqAccessOptions Options => options.Value.Access;

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Reads the rules for the first time, and goes on by itself.</summary>
    /// <exception cref="WsmqException"><c>store-unavailable</c>.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        store.Access.Changed += _wake.Set;
        store.Signals.Restored += _wake.Set;
        await RefreshAsync(cancellationToken);
        _loop = Task.Run(RunAsync, CancellationToken.None);
    }

    public async Task StopAsync()
    {
        store.Access.Changed -= _wake.Set;
        store.Signals.Restored -= _wake.Set;
        await _stop.CancelAsync();
        await _loop;
    }

    public bool IsBanned(string user)
    {
        lock (_lock)
            return _rules.IsBanned(user, Now);
    }

    /// <summary>
    /// Lets a connection in. It must be among the live connections already: a rule that is not seen here yet is then seen to by
    /// whoever reads it.
    /// </summary>
    /// <exception cref="WsmqException"><c>revoked</c>, <c>banned</c>, or <c>store-unavailable</c> where the copy is old and cannot be renewed.</exception>
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

    /// <summary>Takes over what stands in the store now.</summary>
    /// <exception cref="WsmqException"><c>store-unavailable</c>.</exception>
    public Task RefreshAsync(CancellationToken cancellationToken) => ReadAsync(force: true, cancellationToken);

    private bool IsFresh()
    {
        var readAt = Volatile.Read(ref _readAt);
        return readAt != 0 && time.GetElapsedTime(readAt) < 2 * Options.CheckInterval;
    }

    private async Task RunAsync()
    {
        var backoff = new Backoff(time);
        try
        {
            while (true)
            {
                await _wake.WaitAsync(Options.CheckInterval, time, _stop.Token);
                await backoff.RetryAsync(RefreshAsync, (e, delay) => Log.AccessCheckFailed(logger, e, delay), _stop.Token);
            }
        }
        catch (Exception) when (_stop.IsCancellationRequested)
        {
            // Stopped; nobody is connected any more.
        }
        catch (Exception e)
        {
            Log.LoopFailed(logger, e);
        }
    }

    private async Task ReadAsync(bool force, CancellationToken cancellationToken)
    {
        await _reading.WaitAsync(cancellationToken);
        try
        {
            // Many connects may have waited for one reading.
            if (!force && IsFresh())
                return;
            var began = time.GetTimestamp();
            var renew = _readAt != 0 && time.GetElapsedTime(_readAt) > LongestWithout;
            var (version, found) = await ReadAllAsync(renew ? 0 : _version, cancellationToken);
            if (version < _version && !renew)
            {
                // The store went back, and with it the newest versions. What this node knows stays in force: better one too many
                // kept out than one too few.
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

    private async Task<(long Version, List<AccessRule> Rules)> ReadAllAsync(long behind, CancellationToken cancellationToken)
    {
        var all = new List<AccessRule>();
        while (true)
        {
            var page = await store.Access.ReadAsync(behind, PageSize, cancellationToken);
            all.AddRange(page.Rules);
            if (page.Rules.Count < PageSize)
                return (page.Version, all);
            behind = page.Rules[^1].Version;
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

            _version = version;
            if (_purged == 0 || time.GetElapsedTime(_purged) > PurgePeriod)
            {
                _purged = time.GetTimestamp();
                _rules.Purge(Now);
            }
        }

        // Once they stand where connects look: who connects from here on is refused there.
        if (news.Count > 0)
            live.Enforce(news, Now);
    }
}
