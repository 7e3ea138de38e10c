using System.Runtime.InteropServices;
using System.Security.Claims;
using Wsmq.Server.Concurrency;

namespace Wsmq.Server.Limits;

/// <summary>
/// Decides whether a connection is accepted, before the store is queried. Keeps the state of a user until it is empty: otherwise
/// reconnecting would fill the user's buckets.
/// </summary>
internal sealed class ConnectionLimits(LimitClasses classes, UsageKeeper usage, TimeProvider time)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Spread = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan SweepEvery = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, UserLimits> _users = new(StringComparer.Ordinal);
    private int _connections;
    private long _swept = time.GetTimestamp();

    /// <summary>Counts a connection; pair it with <see cref="Leave"/>.</summary>
    /// <exception cref="WsmqException"><c>too-many-connections</c>.</exception>
    public SessionLimits Enter(string user, ClaimsPrincipal principal)
    {
        // Outside of the lock: the app's function may be slow.
        var rules = classes.Of(principal);
        lock (_lock)
        {
            var limits = LimitsOf(user);
            if (!limits.TryConnect(rules, out var retryAfter))
                throw rules.Refuse(WsmqErrors.TooManyConnections, retryAfter, "the user opens connections too fast");
            if (_connections >= rules.Options.ConnectionsPerNode)
                throw rules.Refuse(WsmqErrors.TooManyConnections, Later(), "this server is full: another one may accept the connection");
            if (limits.Connections >= rules.Options.ConnectionsPerUser)
                throw rules.Refuse(WsmqErrors.TooManyConnections, Later(), $"a user has at most {rules.Options.ConnectionsPerUser} connections to a server");
            limits.Connections++;
            _connections++;
            return new SessionLimits(limits, rules, usage);
        }
    }

    /// <summary>
    /// Returns the limits of a user's HTTP requests, and keeps them until <see cref="EndRequest"/>. A request is not a connection: it is not
    /// counted as one.
    /// </summary>
    public SessionLimits BeginRequest(string user, ClaimsPrincipal principal)
    {
        var rules = classes.Of(principal);
        lock (_lock)
        {
            var limits = LimitsOf(user);
            limits.Requests++;
            return limits.OfRequests(rules, usage);
        }
    }

    public void EndRequest(SessionLimits limits)
    {
        lock (_lock)
            limits.User.Requests--;
    }

    public void Leave(SessionLimits limits)
    {
        lock (_lock)
        {
            limits.User.Connections--;
            _connections--;
        }
    }

    private UserLimits LimitsOf(string user)
    {
        Sweep();
        ref var limits = ref CollectionsMarshal.GetValueRefOrAddDefault(_users, user, out _);
        return limits ??= new UserLimits(user);
    }

    // It is unknown when a slot becomes free; the waiting clients should not all return at the same time.
    private static TimeSpan Later() => Soon + Jitter.PartOf(Spread);

    // Runs with connects and requests, because nothing is added without one.
    private void Sweep()
    {
        if (time.GetElapsedTime(_swept) < SweepEvery)
            return;
        _swept = time.GetTimestamp();
        foreach (var (user, limits) in _users)
        {
            if (limits.IsIdle(_swept))
                _users.Remove(user);
        }
    }
}
