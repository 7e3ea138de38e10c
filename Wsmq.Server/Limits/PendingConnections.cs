using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Http;

namespace Wsmq.Server.Limits;

/// <summary>
/// Counts connections from their first request until they are accepted, or closed if they are not: negotiated ones, open ones without a
/// handshake, those that wait for the store, and those that were refused. Counts by user; where the app names no user, by remote address
/// (of IPv6 its first 64 bits).
/// </summary>
internal sealed class PendingConnections(LimitClasses classes, TimeProvider time)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SweepEvery = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<Caller, State> _callers = [];
    private int _count;
    private long _swept = time.GetTimestamp();

    public int Count
    {
        get
        {
            lock (_lock)
                return _count;
        }
    }

    /// <summary>Takes a slot; pair it with <see cref="PendingSlot.Leave"/>.</summary>
    /// <exception cref="WsmqException"><c>too-many-connections</c>.</exception>
    public PendingSlot Enter(string? user, HttpContext request)
    {
        // Outside of the lock: the app's function may be slow.
        var rules = user is null ? classes.General : classes.Of(request.User);
        var caller = new Caller(user ?? NetworkOf(request.Connection.RemoteIpAddress), user is not null);
        var most = user is null ? rules.Options.PendingConnectionsPerAddress : rules.Options.PendingConnectionsPerUser;
        lock (_lock)
        {
            Sweep();
            ref var state = ref CollectionsMarshal.GetValueRefOrAddDefault(_callers, caller, out _);
            state ??= new State();
            if (!state.Opened.TryTake(rules.Opens, out var retryAfter))
                throw rules.Refuse(WsmqErrors.TooManyConnections, retryAfter, "connections are opened too fast");
            if (state.Count >= most)
                throw rules.Refuse(WsmqErrors.TooManyConnections, Soon, $"at most {most} connections may be pending");
            if (_count >= rules.Options.PendingConnectionsPerNode)
                throw rules.Refuse(WsmqErrors.TooManyConnections, Soon, "too many connections are pending on this server");
            state.Count++;
            _count++;
        }

        return new PendingSlot(() => Leave(caller));
    }

    // An IPv6 host can use any number of addresses within the 64 bits that its network assigned to it.
    private static string NetworkOf(IPAddress? address)
    {
        if (address is null)
            return string.Empty;
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4().ToString();
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return address.ToString();
        var network = address.GetAddressBytes();
        network.AsSpan(network.Length / 2).Clear();
        return new IPAddress(network).ToString();
    }

    private void Leave(Caller caller)
    {
        lock (_lock)
        {
            _callers[caller].Count--;
            _count--;
        }
    }

    // Runs with entries, because nothing is added without one.
    private void Sweep()
    {
        if (time.GetElapsedTime(_swept) < SweepEvery)
            return;
        _swept = time.GetTimestamp();
        foreach (var (caller, state) in _callers)
        {
            if (state.Count == 0 && state.Opened.IsFull(_swept))
                _callers.Remove(caller);
        }
    }

    private readonly record struct Caller(string Name, bool IsUser);

    private sealed class State
    {
        public RateBucket Opened;

        public int Count { get; set; }
    }
}

/// <summary>A slot among the pending connections. Only the first call of <see cref="Leave"/> has an effect.</summary>
internal sealed class PendingSlot(Action leave)
{
    private Action? _leave = leave;

    public void Leave() => Interlocked.Exchange(ref _leave, null)?.Invoke();
}
