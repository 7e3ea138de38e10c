using System.Runtime.InteropServices;
using System.Security.Claims;
using Wsmq.Server.Usage;

namespace Wsmq.Server.Limits;

/// <summary>
/// Decides whether one more connection is let in, before anything is asked of the store. Keeps what it knows of a user until there is
/// nothing more to know: otherwise reconnecting would fill the user's buckets.
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

    /// <summary>Counts a connection; leave with it.</summary>
    /// <exception cref="WsmqException"><c>too-many-connections</c>.</exception>
    public SessionLimits Enter(string user, ClaimsPrincipal principal)
    {
        // Outside of the lock: the app's function may take its time.
        var rules = classes.Of(principal);
        lock (_lock)
        {
            Sweep();
            ref var limits = ref CollectionsMarshal.GetValueRefOrAddDefault(_users, user, out _);
            limits ??= new UserLimits(user);
            if (!limits.TryConnect(rules, out var retryAfter))
                throw rules.Refuse(WsmqErrors.TooManyConnections, retryAfter, "the user opens them too fast");
            if (_connections >= rules.Options.ConnectionsPerNode)
                throw rules.Refuse(WsmqErrors.TooManyConnections, Later(), "this server is full: another one may have room");
            if (limits.Connections >= rules.Options.ConnectionsPerUser)
                throw rules.Refuse(WsmqErrors.TooManyConnections, Later(), $"a user has at most {rules.Options.ConnectionsPerUser} on a server");
            limits.Connections++;
            _connections++;
            return new SessionLimits(limits, rules, usage);
        }
    }

    public void Leave(SessionLimits limits)
    {
        lock (_lock)
        {
            limits.User.Connections--;
            _connections--;
        }
    }

    // Nobody knows when a place is free; those who wait should not all come at the same time.
#pragma warning disable CA5394 // Spreads retries; nothing secret depends on it.
    private static TimeSpan Later() => Soon + (Spread * Random.Shared.NextDouble());
#pragma warning restore CA5394

    // With the connects, because nothing is added without one.
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
